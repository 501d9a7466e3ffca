# An organisation's own rules: --rules FILE adds to the installed ones, in every verb that judges.
. "$(dirname "$0")/common.sh"

lower=abcdefghijklmnopqrstuvwxyz
own_rules() { # FILE ID PREFIX
  printf '{"rules": [{"id": "%s", "family": "%s", "tier": "precise", "severity": "high",
    "description": "A badge of Acme.", "remediation": "Revoke it.", "pattern": "%s[a-z]{24}",
    "max_width": %d, "not_after": "[a-z]", "encoded_literals": ["%s"],
    "examples": ["x = %s{lower:24}"]}]}' "$2" "$2" "$3" $((24 + ${#3})) "$3" "$3" >"$1"
}
own_rules one.json acme.badge acb_
own_rules two.json acme.seal acs_
badge=acb_$(letters 24 11 $lower)
seal=acs_$(letters 24 12 $lower)
printf '%s\n%s\n' "$badge" "$seal" >>"$TOKENS"
echo "badge = $badge" >badge.txt
echo "seal = $(printf %s "$seal" | base64 | tr -d '\n')" >seal.txt
echo "key = $(token)" >token.txt

exits 0 "picket scan badge.txt seal.txt"
exits 1 "picket --rules one.json scan badge.txt" acme.badge badge.txt:1
exits 1 "picket --rules one.json --rules two.json scan badge.txt seal.txt" acme.badge acme.seal
exits 1 "picket --rules one.json scan token.txt" "$USER_TOKEN_RULE"

# A folder replaces the installed rules, and files may stand beside it.
mkdir -p folder/secrets
own_rules folder/secrets/two.json acme.seal acs_
cp "$PICKET_SOURCE/patterns/pickle_imports.json" folder/
exits 1 "picket --rules folder --rules one.json scan badge.txt seal.txt token.txt" \
  acme.badge acme.seal
says_not "$USER_TOKEN_RULE"
exits 2 "picket --rules folder --rules folder scan badge.txt" "two folders"

# The report says by which rules, so that two reports can be told apart.
exits 1 "picket --rules one.json --format json scan badge.txt" '(1)'
grep -q 'own rules [0-9a-f]\{12\} (1)' "$OUTPUT" || fail "the engine's name does not tell own rules"

exits 0 "picket --rules one.json rules list" acme.badge "$USER_TOKEN_RULE" one.json
exits 0 "picket --rules one.json rules show acme.badge" "A badge of Acme." one.json
exits 0 "picket --rules one.json rules check" "1 rules in 1 files" "0 complaints"
exits 0 "picket --rules one.json rules bench token.txt" acme.badge "1 rules"

# What they find is masked wherever it stands.
mkdir "$badge"
cp token.txt "$badge/"
exits 1 "picket --rules one.json scan '$badge'" "$USER_TOKEN_RULE"
exits 2 "picket --rules one.json scan 'absent-$badge'"
