# A repository format that this build does not know is refused by name.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
passes "git -C work push origin main"
git config --file server/config core.repositoryFormatVersion 1
git config --file server/config extensions.timeTravel true
echo "$zero $(oid work) refs/heads/topic" >input

exits 2 "receive server <input"
grep -q -i timeTravel "$OUTPUT" || fail "the extension is not named"
git config --file server/config --unset extensions.timeTravel
git config --file server/config extensions.preciousObjects true
exits 0 "receive server <input"
