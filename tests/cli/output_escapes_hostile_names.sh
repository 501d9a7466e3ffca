# A path with an escape sequence and a line end, a ref with marks that turn text around.
. "$(dirname "$0")/common.sh"

token=$(token)
escape=$(printf '\033')
mark=$(printf '\342\200\256')
new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
put work "$(printf 'a\033[31m\nremote: all is well\nb').txt" "$token"
git -C work switch -q -c "topic-${mark}txt"

refused "git -C work push origin HEAD" "$USER_TOKEN_RULE"
sed -n 's/^remote: //p' "$OUTPUT" >said
mv said "$OUTPUT"
not grep -q "$escape" "$OUTPUT" || fail "an escape sequence reached the terminal"
not grep -q "$mark" "$OUTPUT" || fail "a mark that turns text around reached the terminal"
not grep -q '^all is well' "$OUTPUT" || fail "a path forged a line"

run "picket audit work"
not grep -q "$escape" "$OUTPUT" || fail "an escape sequence reached the terminal"
exits 1 "picket audit work --format json >report.json"
holds report.json 'any("\x1b" in f["path"] and "\n" in f["path"] for f in d["findings"])'
not grep -q "$escape" report.json || fail "a raw control character stands in JSON"

printf '\377\376bad' >name
put work "$(cat name).txt" "$(token 4)"
exits 1 "picket audit work --format json >report.json"
holds report.json 'len(d["findings"]) == 2'
