# A symbolic link's target is a blob.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
ln -s "/home/me/$token" work/link
save work "Add a link"

refused "git -C work push origin main"
names link 1 "$(oid work)" "$USER_TOKEN_RULE"

ln -sf a.txt work/link
git -C work add link
git -C work commit -q --amend --no-edit
passes "git -C work push origin main"
