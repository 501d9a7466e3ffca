# The rules that ship pass their own examples, and can be read.
. "$(dirname "$0")/common.sh"

# The sanitizers look into neither engine, so there a few files stand for all.
if [ "${PICKET_SANITIZED:-OFF}" = ON ]; then
  mkdir -p few/secrets
  cp "$PICKET_SOURCE"/patterns/secrets/huggingface.json "$PICKET_SOURCE"/patterns/secrets/keys.json \
    "$PICKET_SOURCE"/patterns/secrets/generic.json few/secrets
  exits 0 "picket $RULES_OPTION '$SCRATCH/few' rules check" " 0 complaints"
else
  exits 0 "picket rules check" " 0 complaints"
fi
exits 0 "picket rules list" "$USER_TOKEN_RULE" "$ORGANIZATION_TOKEN_RULE" "$OAUTH_TOKEN_RULE" \
  "$JWT_RULE"
[ "$(grep -c '[a-z]\.[a-z]' "$OUTPUT")" -ge 20 ] || fail "fewer than 20 rules"
exits 0 "picket rules show $USER_TOKEN_RULE" "$USER_TOKEN_RULE"
exits 2 "picket rules show no.such-rule" no.such-rule

mkdir empty
echo clean >a.txt
exits 2 "picket $RULES_OPTION '$SCRATCH/empty' scan a.txt" rule
exits 2 "picket $RULES_OPTION '$SCRATCH/nowhere' scan a.txt" nowhere
