# Concluding a merge by hand, when the other side already held a token.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
git -C work switch -q -c side
put work keys.txt "$token"
put work a.txt theirs
git -C work switch -q main
put work a.txt ours
install_hooks work
not git -C work merge -q side >/dev/null

echo both >work/a.txt
git -C work add a.txt
passes "git -C work commit -m Merge"

git -C work reset -q --hard HEAD~1
not git -C work merge -q side >/dev/null
printf 'both\n%s\n' "$token" >work/a.txt
git -C work add a.txt
refused "git -C work commit -m Merge"
names a.txt 2 "" "$USER_TOKEN_RULE"
