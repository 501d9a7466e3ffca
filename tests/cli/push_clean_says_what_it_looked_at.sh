# A clean push leaves a proof of work: what was looked at, by count.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt one
put work b.txt two

passes "git -C work push origin main" "remote: " "2 commits"
not grep -q "$(printf '\033')" "$OUTPUT" || fail "colour without a terminal"
long=$(sed -n 's/^remote: //p' "$OUTPUT" | sed 's/ *$//' | awk 'length > 80' | wc -l)
[ "$long" -eq 0 ] || fail "a line is longer than 80 columns"
