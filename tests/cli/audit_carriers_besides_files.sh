# Messages, headers, tags, notes and names are part of a history.
. "$(dirname "$0")/common.sh"

new_repository work
put work a.txt base "Message $(token 1)"
git -C work tag -a -m "Tag $(token 2)" v1
git -C work notes add -m "Note $(token 3)"
put work "$(token 4).txt" empty
git -C work branch "try-$(token 5)"
ln -s "$(token 6)" work/link
save work Link
git -C work -c user.name="$(token 7)" commit -q --allow-empty -m Author

exits 1 "picket audit work --format json >report.json"
holds report.json 'len({f["fingerprint"] for f in d["findings"]}) == 7' \
  'all(f["rule"] == "huggingface.user-token" for f in d["findings"])'
cp report.json "$OUTPUT"
hidden
