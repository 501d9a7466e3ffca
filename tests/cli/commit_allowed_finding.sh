# An allowance names the finding by its fingerprint; an expired one allows nothing.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
install_hooks work
echo "$token" >work/b.txt
git -C work add b.txt
refused "git -C work commit -m Add" fp1:
fingerprint=$(grep -o 'fp1:[0-9a-f]*' "$OUTPUT" | head -n 1)
[ "${#fingerprint}" -eq 44 ] || fail "the fingerprint is not fp1: and forty digits"

allow() { # EXPIRY
  printf '{"allow": [{"fingerprint": "%s", "reason": "%s", "expires": "%s", "owner": "me"}]}\n' \
    "$fingerprint" "revoked long ago" "$1" >work/.picket.json
  git -C work add .picket.json
}
allow 2020-01-01
refused "git -C work commit -m Add" expired
allow 2999-12-31
passes "git -C work commit -m Add"
