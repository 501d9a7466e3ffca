# An annotated tag's message, and the message of a tag of a tag.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
passes "git -C work push origin main"
git -C work tag -a -m "Release with $token" v1
git -C work tag -a -m "Clean on the outside" v2 v1
git -C work tag -a -m "Clean" v3

for tag in v1 v2; do
  refused "git -C work push origin $tag"
  says "$USER_TOKEN_RULE" "refs/tags/$tag"
  ref_unchanged server "refs/tags/$tag" ""
done

passes "git -C work push origin v3"
