# A new branch to a server that has no hook: the local hook stops it.
. "$(dirname "$0")/common.sh"

token=$(token)
new_bare server
new_clone server work
put work a.txt base
install_hooks work
passes "git -C work push origin main"
git -C work switch -q -c topic
put work b.txt "one
$token"
bad=$(oid work)
put work b.txt one

refused "git -C work push origin topic"
names b.txt 2 "$bad" "$USER_TOKEN_RULE"
ref_unchanged server refs/heads/topic ""

passes "git -C work push origin topic~2:refs/heads/clean"
