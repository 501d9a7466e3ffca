# The same history, bare or not, named by path or found from within.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work src/a.txt "one
$token"
bad=$(oid work)
put work src/a.txt one
git clone -q --bare work bare.git
mkdir -p work/deep/er

for place in work bare.git work/.git; do
  exits 1 "picket audit $place"
  names src/a.txt 2 "$bad" "$USER_TOKEN_RULE"
done
for place in work bare.git work/deep/er; do
  exits 1 "cd $place && picket audit"
  names src/a.txt 2 "$bad" "$USER_TOKEN_RULE"
done
exits 2 "picket audit nowhere" nowhere
mkdir plain
exits 2 "picket audit plain" plain
