# The version is one line; a word that picket does not know is exit 2.
. "$(dirname "$0")/common.sh"

exits 0 "picket --version"
[ "$(wc -l <"$OUTPUT")" -eq 1 ] || fail "the version is not one line"
grep -q -E '[0-9]+\.[0-9]+' "$OUTPUT" || fail "no version number"
exits 0 "picket --help" audit pre-receive explain

for words in "" frobnicate "--frobnicate" "audit --frobnicate" "audit a b c" \
  "scan --format xml /dev/null" "commit-msg" "audit --threads many" "rules frobnicate"; do
  exits 2 "picket $words"
  [ -s "$OUTPUT" ] || fail "nothing was said about: $words"
done
exits 2 "picket frobnicate" frobnicate
exits 2 "picket audit --frobnicate" frobnicate
