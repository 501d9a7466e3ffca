# The report does not depend on the number of threads, the hour, or the run before.
. "$(dirname "$0")/common.sh"

new_repository work
for number in $(seq 12); do
  put work "file$number.txt" "line
$(token "$number")
$(seq "$number" 200)"
done
armed_pickle work/model.pkl
save work Model
git -C work repack -q -a -d

for format in text json; do
  for threads in 1 4 4; do
    exits 1 "picket audit work --format $format --threads $threads >again.$format"
    if [ -f "first.$format" ]; then
      cmp -s "first.$format" "again.$format" || fail "$format differs with $threads threads"
    else
      mv "again.$format" "first.$format"
    fi
  done
done
exits 1 "picket audit work --format json --stats >stats.json 2>/dev/null"
cmp -s first.json stats.json || fail "timings stand in the report"
holds first.json 'len(d["findings"]) >= 13'
