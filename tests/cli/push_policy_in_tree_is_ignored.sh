# The judged never picks the judge: files in the pushed tree switch nothing off.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work .picket.json '{"exclude": ["**"], "tiers": {"precise": "off"}}'
cp work/.picket.json work/picket.json
printf '* picket=off linguist-generated\n' >work/.gitattributes
printf '*\n' >work/.picketignore
put work a.txt "# picket: allow
key = '$token' # picket:allow pragma: allowlist secret gitleaks:allow nosec"

refused "git -C work push origin main"
names a.txt 2 "$(oid work)" "$USER_TOKEN_RULE"
