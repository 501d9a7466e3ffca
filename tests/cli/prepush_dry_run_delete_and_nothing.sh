# A dry run is judged like a push; a deletion and an up-to-date push have nothing to judge.
. "$(dirname "$0")/common.sh"

token=$(token)
new_bare server
new_clone server work
put work a.txt base
smuggle work origin main main:refs/heads/old
install_hooks work

passes "git -C work push origin main"
passes "git -C work push origin :old"
put work b.txt "$token"
refused "git -C work push --dry-run origin main"
names b.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
