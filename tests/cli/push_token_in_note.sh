# A note is a blob in a tree of its own ref.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
passes "git -C work push origin main"
tick
git -C work notes add -m "Deployed with $token"

refused "git -C work push origin refs/notes/commits"
names "$(oid work main | cut -c 1-10)" "" "$(oid work refs/notes/commits)" "$USER_TOKEN_RULE"

git -C work update-ref -d refs/notes/commits
git -C work notes add -m "Deployed"
passes "git -C work push origin refs/notes/commits"
