# The rules that ship pass their own examples, and can be read.
. "$(dirname "$0")/common.sh"

exits 0 "picket rules check" " 0 complaints"
exits 0 "picket rules list" "$USER_TOKEN_RULE" "$ORGANIZATION_TOKEN_RULE" "$OAUTH_TOKEN_RULE" \
  "$JWT_RULE"
[ "$(grep -c '[a-z]\.[a-z]' "$OUTPUT")" -ge 20 ] || fail "fewer than 20 rules"
exits 0 "picket rules show $USER_TOKEN_RULE" "$USER_TOKEN_RULE"
exits 2 "picket rules show no.such-rule" no.such-rule

mkdir empty
echo clean >a.txt
exits 2 "picket $RULES_OPTION '$SCRATCH/empty' scan a.txt" rule
exits 2 "picket $RULES_OPTION '$SCRATCH/nowhere' scan a.txt" nowhere
