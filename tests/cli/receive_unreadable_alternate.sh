# An alternate that is named and is not there may hold what must be compared.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
put work a.txt changed
echo "$SCRATCH/gone/objects" >server/objects/info/alternates

undecided "git -C work push origin main" gone/objects
rm server/objects/info/alternates
passes "git -C work push origin main"
