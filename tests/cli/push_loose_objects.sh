# A push of few objects arrives as loose files.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
for number in 1 2 3; do echo "$number" >"work/$number.txt"; done
save work "Three files"
put work config.json "{
  \"token\": \"$token\"
}"
refused "git -C work push origin main"
names config.json 2 "$(oid work)" "$USER_TOKEN_RULE"

passes "git -C work push origin HEAD~1:refs/heads/main"
[ "$(find server/objects -name '*.pack' | wc -l)" -eq 0 ] || fail "the push came as a pack"
