# A push of more than a hundred objects stays a pack, thin or not.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
mkdir work/many
seq 150 | while read -r number; do echo "file $number" >"work/many/$number.txt"; done
save work "Many files"
passes "git -C work push origin main"
[ "$(find server/objects -name '*.pack' | wc -l)" -eq 1 ] || fail "the push did not come as a pack"

seq 150 | while read -r number; do echo "again" >>"work/many/$number.txt"; done
printf 'file 77\n%s\n' "$token" >work/many/77.txt
save work "Many changes"
refused "git -C work push origin main"
names many/77.txt 2 "$(oid work)" "$USER_TOKEN_RULE"

echo "file 77" >work/many/77.txt
git -C work commit -q -a --amend --no-edit
passes "git -C work push origin main"
