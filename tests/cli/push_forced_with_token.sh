# A force-push to another history brings its commits in like any other.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
put work a.txt second
passes "git -C work push origin main"
old=$(oid work)
git -C work reset -q --hard HEAD~1
put work b.txt "first line
$token"

refused "git -C work push --force origin main"
names b.txt 2 "$(oid work)" "$USER_TOKEN_RULE"
ref_unchanged server refs/heads/main "$old"

git -C work switch -q --orphan unrelated
put work c.txt fresh
passes "git -C work push --force origin unrelated:main"
ref_unchanged server refs/heads/main "$(oid work)"
