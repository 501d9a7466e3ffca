# A thousand refs in one push, all good; then a thousand with one bad name.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
seq 1000 | sed "s|.*|create refs/heads/b& $(oid work)|" | git -C work update-ref --stdin
passes "git -C work push -q origin refs/heads/*:refs/heads/*"
put work b.txt base
seq 1000 | sed "s|.*|create refs/heads/c& $(oid work)|" | git -C work update-ref --stdin
git -C work update-ref "refs/heads/c999-$token" HEAD

refused "git -C work push -q origin refs/heads/c*:refs/heads/c*" refs/heads/c999- "$USER_TOKEN_RULE"
