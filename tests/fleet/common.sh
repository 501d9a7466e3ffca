# Sourced by the scripts of this folder: the repositories that a real scheduler's tasks audit, and
# the report that they have to make together. Run by hand, because they need the scheduler.
# shellcheck shell=sh
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/../cli/common.sh"

# make_repositories FOLDER COUNT: fills `list` with their paths. Every fourth holds a token; each
# takes long enough that a task can be ended in the middle.
make_repositories() {
  mkdir -p "$1"
  number=0
  while [ $number -lt "$2" ]; do
    number=$((number + 1))
    repository=$1/repo$number
    new_repository "$repository"
    "$PYTHON" -c '
import sys
seed = int(sys.argv[1])
print("feature done")
for i in range(12000):
    body = "\n".join("line %d of %d: %d" % (j, i, seed * i * j) for j in range(60))
    print("blob\nmark :%d\ndata %d\n%s" % (i + 1, len(body), body))
print("commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 4\nMany")
for i in range(12000):
    print("M 644 :%d d%d/f%d" % (i + 1, i % 100, i))
print("\ndone")
' $number | git -C "$repository" fast-import --quiet --done
    git -C "$repository" reset -q --hard main
    if [ $((number % 4)) -eq 0 ]; then
      put "$repository" key.txt "key = $(token $number)"
    fi
    echo "$SCRATCH/$repository" >>list
  done
}

# What `find` sees of repositories that are done.
results() { find results -name '*.result' 2>/dev/null | wc -l; }

# wait_for SECONDS SENTENCE COMMAND...: until the command succeeds; ends the scenario with the
# sentence where it never does.
wait_for() {
  tries=$(($1 * 5))
  sentence=$2
  shift 2
  until "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || fail "$sentence"
    sleep 0.2
  done
}

has_a_result() { [ "$(results)" -ge 1 ]; }

# Compares with single.json the merged report of `results`: 20 repositories of which five hold a
# token.
same_as_single() {
  exits 1 "picket merge results --format json >merged.json"
  cmp single.json merged.json || fail "the merged report is another one"
  holds merged.json 'len(d["repositories"]) == 20' \
    'sum(len(r["report"]["findings"]) for r in d["repositories"]) == 5'
  echo "passed: the merged report has the $(wc -c <merged.json) bytes of a single run"
}
