# A path that the administrator excludes is no place to launder a token.
. "$(dirname "$0")/common.sh"

token=$(token)
echo '{"exclude": ["vendor/**"]}' >system.json
new_server server
arm server "$POLICY_OPTION '$SCRATCH/system.json'"
new_clone server work
put work vendor/keys.txt "one
$token"
passes "git -C work push origin main"

mkdir work/src
cp work/vendor/keys.txt work/src/keys.txt
save work Copy
refused "git -C work push origin main"
names src/keys.txt 2 "$(oid work)" "$USER_TOKEN_RULE"

git -C work reset -q --hard HEAD~1
mkdir work/src
git -C work mv vendor/keys.txt src/keys.txt
save work Move
refused "git -C work push origin main"
names src/keys.txt 2 "$(oid work)" "$USER_TOKEN_RULE"

git -C work reset -q --hard HEAD~1
git -C work mv vendor/keys.txt vendor/other.txt
save work "Move within"
passes "git -C work push origin main"
