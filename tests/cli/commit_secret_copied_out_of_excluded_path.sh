# The local policy file excludes a folder; a copy outside it is judged.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work .picket.json '{"exclude": ["vendor/**"]}'
install_hooks work
mkdir work/vendor work/src
echo "$token" >work/vendor/keys.txt
git -C work add vendor
passes "git -C work commit -m Vendor"

cp work/vendor/keys.txt work/src/keys.txt
git -C work add src
refused "git -C work commit -m Copy"
names src/keys.txt 1 "" "$USER_TOKEN_RULE"
