# Many repositories: shards in any order, killed and started again, merge to the bytes of one run.
. "$(dirname "$0")/common.sh"
unset SLURM_ARRAY_TASK_ID JOB_COMPLETION_INDEX PARALLEL_SEQ

number=0
while [ $number -lt 9 ]; do
  number=$((number + 1))
  new_repository "repo $number"
  put "repo $number" a.txt "$(seq $((number * 300)))"
  case $number in
    3) put "repo 3" key.txt "key = $(token 3)" ;;
    5) armed_pickle "repo 5/model.pkl" && save "repo 5" Model ;;
    7)
      put "repo 7" b.txt lost
      object=$(oid "repo 7" HEAD:b.txt)
      printf 'not zlib' >object
      cp -f object "repo 7/.git/objects/$(printf %.2s "$object")/${object#??}"
      ;;
  esac
done
mkdir "$(token 6)"
{
  echo '# Comments and empty lines are left out.'
  echo
  for number in 1 2 3 4 5 6 7 8 9; do echo "repo $number"; done
  echo "repo 1"
  echo "not there/$(token 6)"
} >list

# One run, and each format.
for format in text json; do
  exits 1 "picket audit --repos list --format $format >one.$format"
  exits 1 "picket audit --repos - --format $format <list >again.$format"
  cmp -s one.$format again.$format || fail "the list on standard input gives another report"
done
cp one.text "$OUTPUT"
hidden
says "10 repositories: 6 pass, 2 blocked, 2 incomplete" "repository repo 3:" "$USER_TOKEN_RULE"
says_not "repository repo 1:"
holds one.json 'd["verdict"] == "blocked" and d["complete"] is False' \
  '[len(r["report"]["findings"]) for r in d["repositories"]] == [0, 0, 1, 0, 1, 0, 0, 0, 0, 0]' \
  '[r["repository"] for r in d["repositories"]][:9] == ["repo %d" % i for i in range(1, 10)]' \
  'len(d["repositories"][9]["report"]["gaps"]) == 1'

# Shards: a task's status says whether its part is done, not what was found.
for shard in 3 1 4; do
  run "picket audit --repos list --shard $shard/4 --results results"
  says "shard $shard of 4"
  case $status in
    0) says_not "could not be opened" ;;
    2) says "could not be opened" ;;
    *) fail "shard $shard ended with $status" ;;
  esac
done
exits 2 "picket merge results" "2/4" "no whole result"
run "picket audit --repos list --shard 2/4 --results results"
for format in text json; do
  exits 1 "picket merge results --format $format >merged.$format"
  cmp -s one.$format merged.$format || fail "merged shards give another report ($format)"
done

# A result that is there is not made again; one that is broken is.
touch -r results/plan.json stamp
find results -name '*.result' -exec touch -r stamp {} +
for shard in 1 2 3 4; do run "picket audit --repos list --shard $shard/4 --results results"; done
[ "$(find results -newer stamp -name '*.result' | wc -l)" -eq 1 ] ||
  fail "only the repository that could not be opened had to be tried again"
rm -rf killed && mkdir killed
for delay in 0.05 0.1 0.2 0.4; do
  for shard in 1 2; do
    # shellcheck disable=SC2086
    "$PICKET" $PICKET_OPTIONS audit --repos list --shard $shard/2 --results killed >/dev/null 2>&1 &
    running=$!
    sleep $delay
    kill -KILL $running 2>/dev/null || true
    wait $running || true
  done
done
for shard in 1 2; do run "picket audit --repos list --shard $shard/2 --results killed"; done
exits 1 "picket merge killed --format json >merged.json"
cmp -s one.json merged.json || fail "killed tasks give another report"
victim=$(find killed -name '*.result' | sort | head -n 1)
head -c 100 "$victim" >cut && mv cut "$victim"
exits 2 "picket merge killed" "/2 (1)"
for shard in 1 2; do run "picket audit --repos list --shard $shard/2 --results killed"; done
exits 1 "picket merge killed --format json >merged.json"
cmp -s one.json merged.json || fail "a broken result was not made again"

# Folders that were never shared.
for shard in 1 2; do
  run "picket audit --repos list --shard $shard/2 --results apart$shard"
done
exits 2 "picket merge apart1" "2/2"
exits 1 "picket merge apart1 apart2 --format json >merged.json"
cmp -s one.json merged.json || fail "two folders give another report"

# A minute under the sanitizers so far, and what follows is the same code with another cache and other
# variables.
[ "${PICKET_SANITIZED:-}" != ON ] || exit 0

# With a memory that the tasks share: the same findings, and what was known is told.
for folder in warm warmer; do
  for shard in 1 2; do
    # shellcheck disable=SC2086
    "$PICKET" $PICKET_OPTIONS audit --repos list --shard $shard/2 --results $folder \
      --cache "$SCRATCH/shared.sqlite" >/dev/null 2>&1 &
  done
  wait
  exits 1 "picket merge $folder --format json >$folder.json"
done
"$PYTHON" -c '
import json
one, warm, warmer = (json.load(open(n + ".json"))["repositories"] for n in ("one", "warm", "warmer"))
for a, b, c in zip(one, warm, warmer):
    assert a == b and {**a["report"], "scanned": 0} == {**c["report"], "scanned": 0}, (a, b, c)
assert sum(len(r["report"]["scanned"]["skipped"]) for r in warmer) > 8
' >"$OUTPUT" 2>&1 || fail "a shared memory changes what is said"

# What the schedulers say: Slurm, Kubernetes, GNU parallel.
for task in 5 7 9; do
  run "SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_MAX=9 \
    SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=3 picket audit --repos list --results slurm"
done
# In the manifest's own words, and as many tasks as it says.
manifest=$PICKET_SOURCE/examples/fleet/kubernetes.yaml
completions=$(sed -n 's/^  completions: //p' "$manifest")
words=$(sed -n 's/^ *args: \[\(.*\)\]$/\1/p' "$manifest" | tr -d ',"' |
  sed 's|/config/list|list|; s|/results|kubernetes|')
case " $words " in
  *" --shards $completions "*) ;;
  *) fail "the manifest deals to another number of tasks than it completes" ;;
esac
task=0
while [ $task -lt "$completions" ]; do
  run "JOB_COMPLETION_INDEX=$task picket $words"
  task=$((task + 1))
done
for task in 1 2 3; do
  run "PARALLEL_SEQ=$task picket audit --repos list --results parallel --shards 3"
done
for folder in slurm kubernetes parallel; do
  exits 1 "picket merge $folder --format json >merged.json"
  cmp -s one.json merged.json || fail "$folder gives another report"
done
exits 2 "JOB_COMPLETION_INDEX=0 picket audit --repos list --results more" "say --shards N"

# Results of another audit are refused.
exits 2 "picket audit --repos list --shard 1/3 --results killed" "dealt to 2 tasks"
printf '%s\n' '{"tiers": {"contextual": "off"}}' >other.json
exits 2 "picket audit --repos list --shard 1/2 --results killed $POLICY_OPTION other.json" \
  "different policies"
head -n 5 list >short
exits 2 "picket audit --repos short --shard 1/2 --results killed" "different lists"
run "picket audit --repos list --shard 1/2 --results foreign $POLICY_OPTION other.json"
exits 2 "picket merge apart2 foreign" "not of one audit" "different policies"
exits 2 "picket merge $SCRATCH" "can't be read"
exits 2 "picket audit --repos list --shard 1/2" "--results DIR"
exits 2 "picket audit --repos list work"
: >nothing
exits 2 "picket audit --repos nothing" "names none"
exits 2 "picket audit --repos missing" "can't be read"

# No secret in what tasks leave behind, a path's included.
sed 's/^.....\(............\).*/\1/' "$TOKENS" | while read -r piece; do
  not grep -q -r -F "$piece" results || fail "the results hold a secret"
done
