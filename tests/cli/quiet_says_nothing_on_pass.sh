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
