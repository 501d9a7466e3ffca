# A file with more old findings than are told one by one can still be edited; a new one blocks.
. "$(dirname "$0")/common.sh"

many() { # SEED
  awk -v seed="$1" 'BEGIN {
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    state = seed
    for (line = 0; line < 1200; ++line) {
      text = "h" "f" "_"
      for (i = 0; i < 34; ++i) {
        state = (state * 16807) % 2147483647
        text = text substr(letters, 1 + int(state / 2147483647 * 52), 1)
      }
      print "key = " text
    }
  }'
}
token=$(token)
new_repository work
many 4711 >work/keys.txt
head -n 1 work/keys.txt | sed 's/key = //' >>"$TOKENS"
save work "Long ago"
install_hooks work

echo "# a comment" | cat - work/keys.txt >longer && mv longer work/keys.txt
git -C work add .
passes "git -C work commit -m Edit" pre-existing
# One more that would stand behind the last one that is told.
echo "key = $token" >>work/keys.txt
git -C work add .
refused "git -C work commit -m Edit" picket.too-many-findings "1 more match"
git -C work reset -q --hard
# A copy of an old one is more than there was; which of the two is new can't be told.
tail -n 1 work/keys.txt >last
cat last >>work/keys.txt
git -C work add .
refused "git -C work commit -m Edit" "2 more matches"
git -C work reset -q --hard
sed 5d work/keys.txt >shorter && mv shorter work/keys.txt
git -C work add .
passes "git -C work commit -m Fewer"

# Allowances cover those that are only counted too.
git clone -q --no-local work fresh 2>/dev/null
exits 0 "picket baseline fresh" "1200 findings"
exits 0 "echo '{\"baseline\": \"fresh/.picket-baseline\"}' >policy.json;
  picket audit fresh --policy policy.json --report-unused" allowed "in use"
