# A shallow clone ends where its boundary is, and the report says so.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt one
put work b.txt "$token"
put work c.txt three
git clone -q --depth 1 "file://$SCRATCH/work" shallow

exits 1 "picket audit shallow" shallow
names b.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
git -C work rm -q b.txt
save work Remove
git clone -q --depth 1 "file://$SCRATCH/work" clean
exits 0 "picket audit clean" shallow
