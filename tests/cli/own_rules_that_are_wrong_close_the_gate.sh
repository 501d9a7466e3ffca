# Own rules that can't be used: one sentence for everything that is wrong, and nothing is let in.
. "$(dirname "$0")/common.sh"

rule() { # ID PATTERN WIDTH
  printf '{"id": "%s", "family": "%s", "tier": "precise", "severity": "high",
    "description": "A thing.", "remediation": "Revoke it.", "pattern": "%s", "max_width": %s,
    "examples": ["x"]}' "$1" "$1" "$2" "$3"
}
echo text >a.txt

exits 2 "picket --rules absent.json scan a.txt" absent.json "can't be read"
mkdir folder.json
exits 2 "picket --rules folder.json scan a.txt" folder.json
exits 2 "picket --rules absent scan a.txt" absent
echo 'no JSON' >text.json
exits 2 "picket --rules text.json scan a.txt" text.json "no JSON object"

printf '{"rules": [%s, %s, %s]}' "$(rule "$USER_TOKEN_RULE" 'zz[a-z]{9}' 11)" \
  "$(rule acme.open 'zz[a-z]+' 9)" "$(rule acme.width 'zz[a-z]{9}' 12)" >wrong.json
exits 2 "picket --rules wrong.json scan a.txt" "wrong.json: the id $USER_TOKEN_RULE" \
  "wrong.json, acme.open" "without an upper bound" "wrong.json, acme.width" '"max_width" is 12'
exits 1 "picket --rules wrong.json rules check" acme.open acme.width
exits 2 "picket --rules wrong.json rules list" "$USER_TOKEN_RULE" acme.open

# A gate that can't look closes.
new_server server
new_clone server work
echo '{"rules": ["wrong.json"]}' >policy.json
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
put work a.txt clean
undecided "git -C work push origin main" acme.open acme.width
echo '{"rules": ["absent.json"]}' >policy.json
undecided "git -C work push origin main" absent.json
