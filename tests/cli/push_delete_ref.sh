# Deleting a ref brings nothing in, not even when it held a token.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
smuggle work origin main
git -C work switch -q -c bad
put work b.txt "$token"
git -C work tag -a -m "$token" bad-tag
smuggle work origin bad bad-tag

passes "git -C work push origin :bad"
passes "git -C work push origin --delete bad-tag"
ref_unchanged server refs/heads/bad ""
ref_unchanged server refs/tags/bad-tag ""
