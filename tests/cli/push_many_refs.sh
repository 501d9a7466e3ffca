# Hundreds of refs in one push, all good; then as many with one bad name among them.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
seq 200 | sed "s|.*|create refs/heads/b& $(oid work)|" | git -C work update-ref --stdin
passes "git -C work push -q origin refs/heads/*:refs/heads/*"
put work b.txt base
seq 200 | sed "s|.*|create refs/heads/c& $(oid work)|" | git -C work update-ref --stdin
git -C work update-ref "refs/heads/c99-$token" HEAD

refused "git -C work push -q origin refs/heads/c*:refs/heads/c*" refs/heads/c99- "$USER_TOKEN_RULE"
