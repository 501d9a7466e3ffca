# A repository format that this build does not know is refused by name.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
passes "git -C work push origin main"
git -C server config core.repositoryFormatVersion 1
git -C server config extensions.timeTravel true
echo "$zero $(oid work) refs/heads/topic" >input

exits 2 "receive server <input"
grep -q -i timeTravel "$OUTPUT" || fail "the extension is not named"
git -C server config --unset extensions.timeTravel
git -C server config extensions.preciousObjects true
exits 0 "receive server <input"
