# --quiet is silent when all is well, and only then.
. "$(dirname "$0")/common.sh"

token=$(token)
echo clean >a.txt
echo "$token" >b.txt
new_repository work
put work a.txt clean

for command in "scan a.txt" "audit work"; do
  exits 0 "picket $command --quiet"
  [ ! -s "$OUTPUT" ] || fail "--quiet spoke"
  exits 0 "picket $command"
  [ -s "$OUTPUT" ] || fail "no proof of work"
done
exits 1 "picket scan b.txt --quiet"
names b.txt 1 "" "$USER_TOKEN_RULE"

benign_state_dict model.pt
armed_pickle armed.pkl
exits 0 "picket explain model.pt -q"
[ ! -s "$OUTPUT" ] || fail "explain -q spoke"
exits 1 "picket explain armed.pkl -q" posix
mkdir -p rules/secrets
cp "$PICKET_SOURCE/patterns/secrets/huggingface.json" rules/secrets/
exits 0 "picket $RULES_OPTION '$SCRATCH/rules' rules check -q"
[ ! -s "$OUTPUT" ] || fail "rules check -q spoke"
