# What each rule costs is listed, over generated text or over a file that is named.
. "$(dirname "$0")/common.sh"

# A few rules, or each would be timed by itself.
mkdir -p rules/secrets
cp "$PICKET_SOURCE"/patterns/secrets/huggingface.json "$PICKET_SOURCE"/patterns/secrets/generic.json \
  "$PICKET_SOURCE"/patterns/secrets/keys.json rules/secrets/
PICKET_OPTIONS="$RULES_OPTION $SCRATCH/rules"

exits 0 "picket rules bench" hits/MiB private-key.pem generic.assigned-secret "generated source text"
[ "$(grep -c '[a-z]\.[a-z]' "$OUTPUT")" -ge 20 ] || fail "fewer than 20 rules"
printf 'int main() { return 0; }\n%.0s' 1 2 3 4 5 6 7 8 >a.c
exits 0 "picket rules bench a.c" private-key.pem a.c
exits 2 "picket rules bench nowhere.c" nowhere.c
: >empty.c
exits 2 "picket rules bench empty.c" empty
