# No rules, broken rules, no such place: never a clean run.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
mkdir -p good/secrets
cp "$PICKET_SOURCE"/patterns/*.json good/
cp "$PICKET_SOURCE/patterns/secrets/huggingface.json" good/secrets/
mkdir empty
cp -R good broken
file=$(find broken/secrets -name '*.json' ! -name '*.schema.json' | sort | head -n 1)
head -c 60 "$file" >shortened
mv shortened "$file"

for rules in empty broken nowhere; do
  arm server "$RULES_OPTION '$SCRATCH/$rules'"
  undecided "git -C work push origin main"
  [ "$(sed -n '/^remote: ./p' "$OUTPUT" | wc -l)" -gt 0 ] || fail "nothing was said about $rules"
done
says nowhere

arm server "$RULES_OPTION '$SCRATCH/good'"
passes "git -C work push origin main"
