#!/bin/sh
# Pushes of a size that somebody will try: 10^5 tiny blobs, 10^5 refs, a first push of 300,000
# commits, files of 10 GB of zeros and of noise with zeros behind it, weights of 10 GB that Git LFS
# keeps; and small ones where neither a cache nor the home folder can be written. Of each kind a clean
# push must be let in, with every ref in the log and git fsck content, and one with a token refused.
# Prints the peak of anonymous and shared memory of all processes of picket together (at most 512 MiB),
# and the time against Git's own for the same pack (at most 0.5 of it; taken in turns, the best of RUNS).
# Usage: PICKET=/usr/local/bin/picket sh tests/bench/big_pushes.sh [KIND...]
#   KIND   blobs refs history zeros noise lfs home (all of them; zeros and noise want 4 GB of disk and
#          room for a copy of the file)
#   GIB=10 TIMES=1 (so many times the usual number of blobs, refs and commits, 0.1 for a trial) RUNS=3
here=$(cd "$(dirname "$0")" && pwd)
: "${PICKET:=$here/../../build/installed/bin/picket}"
# shellcheck source=tests/cli/common.sh
. "$here/../cli/common.sh"
# shellcheck source=tests/bench/history.sh
. "$here/history.sh"
[ -x "$PICKET" ] || fail "there is no $PICKET"
needs_python
: "${GIB:=10}" "${TIMES:=1}" "${RUNS:=3}"
token=$(token)
wrong=0

number() { awk -v number="$1" -v times="$TIMES" 'BEGIN { printf "%d", number * times }'; }

# --- What is pushed: refs/heads/main and more in `work` are clean, refs/leak/* are not ---------------

blobs() {
  git init -q work
  number=$(number 100000)
  awk -v count="$number" 'BEGIN {
    print "commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\n\n"
    for (i = 0; i < count; ++i) {
      text = "tiny " i
      printf "M 100644 inline d%d/f%d\ndata %d\n%s\n", i / 1000, i, length(text), text
    }
  }' | git -C work fast-import --quiet
  git -C work read-tree main
  blob=$(echo "key = $token" | git -C work hash-object -w --stdin)
  git -C work update-index --add --cacheinfo "100644,$blob,d42/planted"
  leak_of_index
}

leak_of_index() {
  commit=$(git -C work commit-tree -m Leak "$(git -C work write-tree)")
  git -C work update-ref refs/leak/heads/main "$commit"
}

refs() {
  git init -q work
  history 0 1000 "" | git -C work fast-import --quiet
  number=$(number 100000)
  git -C work rev-list main >list
  for kind in refs refs/leak; do
    awk -v kind="$kind" -v count="$number" -v token="$token" '
      { commit[NR] = $1 }
      END { for (i = 0; i < count; ++i)
        printf "create %s/heads/topic/%d%s %s\n", kind, i,
          kind != "refs" && i == int(count / 2) ? "-" token : "", commit[1 + i % NR] }' list
  done | git -C work update-ref --stdin
  git -C work pack-refs --all
}

history_() {
  git init -q work
  history 0 "$(number 300000)" "" | git -C work fast-import --quiet
  middle=$(git -C work rev-parse "main~$(number 150000)")
  git -C work read-tree "$middle"
  blob=$(echo "key = $token" | git -C work hash-object -w --stdin)
  git -C work update-index --add --cacheinfo "100644,$blob,planted"
  leak_of_index
  leak=$(git -C work commit-tree -p main -p refs/leak/heads/main -m Merge 'main^{tree}')
  git -C work update-ref refs/leak/heads/main "$leak"
}

# The leak is the same file with a token at its end.
large() { # MEGABYTES of noise
  git init -q work
  git -C work config core.compression 1
  head -c "$(($1 << 20))" /dev/urandom >work/large.bin
  truncate -s "${GIB}G" work/large.bin
  save work Large
  printf '\n%s\n' "$token" >>work/large.bin
  git -C work add -A
  rm work/large.bin
  leak_of_index
}
zeros() { large 0; }
noise() { large 1024; }

# Both objects are in the store, as git-lfs leaves them before Git pushes their pointers.
lfs() {
  git init -q work
  "$PYTHON" "$here/weights_make.py" safetensors clean
  TOKEN=$token "$PYTHON" - <<'PYTHON'
import json, os, struct
with open("clean", "rb") as clean, open("leak", "wb") as leak:
    header = json.loads(clean.read(struct.unpack("<Q", clean.read(8))[0]))
    header["__metadata__"] = {"source": os.environ["TOKEN"]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    leak.write(struct.pack("<Q", len(text)) + text)
    leak.truncate(8 + len(text) + max(t["data_offsets"][1] for k, t in header.items() if k != "__metadata__"))
PYTHON
  pointer clean >work/model.safetensors
  save work Weights
  pointer leak >work/model.safetensors
  git -C work add -A
  leak_of_index
}
pointer() { # FILE, which becomes an object of the store
  id=$(sha256sum <"$1" | cut -d ' ' -f 1)
  size=$(wc -c <"$1")
  folder=store/$(echo "$id" | cut -c 1-2)/$(echo "$id" | cut -c 3-4)
  mkdir -p "$folder"
  mv "$1" "$folder/$id"
  printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$id" "$size"
}

home() {
  git init -q work
  put work a.txt clean
  put work b.txt "$token"
  git -C work update-ref refs/leak/heads/main HEAD
  git -C work reset -q --hard HEAD~1
}

# --- Judging --------------------------------------------------------------------------------------

new_gate() { # NAME
  git init -q --bare "$1"
  echo "{\"server\": {\"log\": \"$SCRATCH/$1.jsonl\"}}" >"$1.json"
  arm "$1" "$POLICY_OPTION '$SCRATCH/$1.json'"
  [ ! -d store ] || { mkdir "$1/lfs" && cp -al store "$1/lfs/objects"; }
}

# watched COMMAND...: the peak in KiB is in .state/peak.
watched() {
  code=0
  "$PYTHON" "$here/measure.py" --program "$PICKET" "$SCRATCH/.state/measure" "$@" || code=$?
  cut -d ' ' -f 2 "$SCRATCH/.state/measure" >"$SCRATCH/.state/peak"
  return "$code"
}

verdicts() {
  new_gate gate
  : >"$HOOK_LOG"
  watched git -C work push -q "$SCRATCH/gate" 'refs/heads/*:refs/heads/*' >"$OUTPUT" 2>&1 ||
    fail "$1: the clean push was refused"
  clean_peak=$(cat .state/peak)
  git -C gate for-each-ref --format='%(refname) %(objectname)' >held
  [ -s held ] || fail "$1: nothing arrived"
  "$PYTHON" - <<'PYTHON' || fail "$1: not all that is in stands in the log"
import json
logged = {r["ref"] + " " + r["new"] for line in open("gate.jsonl") for record in [json.loads(line)]
          if record["outcome"] == "pass" for r in record["refs"]}
missing = set(open("held").read().splitlines()) - logged
assert not missing, "not logged: %d, such as %s" % (len(missing), min(missing))
PYTHON
  git -C gate fsck --no-dangling --no-progress >"$OUTPUT" 2>&1 || fail "$1: fsck complains"
  rm -rf gate gate.jsonl
  new_gate gate
  : >"$HOOK_LOG"
  not watched git -C work push -q "$SCRATCH/gate" 'refs/leak/heads/*:refs/heads/*' >"$OUTPUT" 2>&1 ||
    fail "$1: the token was let in"
  hidden
  says "$USER_TOKEN_RULE"
  [ "$(cat "$HOOK_LOG")" = "pre-receive 1" ] || fail "$1: the hook ended with $(cat "$HOOK_LOG")"
  [ -z "$(git -C gate for-each-ref)" ] || fail "$1: a ref moved"
  git -C gate fsck --no-dangling --no-progress >"$OUTPUT" 2>&1 || fail "$1: fsck complains after a refusal"
  echo "$1: clean accepted and logged ($(wc -l <held) refs), token refused, fsck content; peak" \
    "$clean_peak and $(cat .state/peak) KiB"
  for peak in "$clean_peak" "$(cat .state/peak)"; do [ "$peak" -le 524288 ] || wrong=1; done
  rm -rf gate gate.jsonl
}

within() { # COMMAND: as receive-pack runs things for this push
  GIT_DIR=$SCRATCH/empty GIT_QUARANTINE_PATH=$SCRATCH/quarantine GIT_OBJECT_DIRECTORY=$SCRATCH/quarantine \
    GIT_ALTERNATE_OBJECT_DIRECTORIES=$SCRATCH/empty/objects "$@"
}
milliseconds() { # COMMAND...
  start=$(date +%s%N)
  "$@" >.state/said 2>&1 || fail "a bench's command failed: $* $(cat .state/said)"
  spent=$((($(date +%s%N) - start) / 1000000))
}
unpack() {
  rm -rf quarantine
  mkdir -p quarantine/pack
  within git index-pack --stdin --fix-thin <push.pack
}
listed() { cut -d ' ' -f 2 lines | within git rev-list --objects --stdin --not --all; }
judged() { within "$PICKET" pre-receive <lines; }

costs() {
  git init -q --bare empty
  git -C work for-each-ref --format="$zero %(objectname) %(refname)" refs/heads >lines
  cut -d ' ' -f 2 lines | git -C work pack-objects --quiet --thin --revs --stdout --delta-base-offset >push.pack
  unpacked='' walked='' picket=''
  i=0
  while [ "$i" -lt "$RUNS" ]; do
    i=$((i + 1))
    milliseconds unpack
    [ "${unpacked:-$spent}" -lt "$spent" ] || unpacked=$spent
    milliseconds listed
    [ "${walked:-$spent}" -lt "$spent" ] || walked=$spent
    milliseconds judged
    [ "${picket:-$spent}" -lt "$spent" ] || picket=$spent
  done
  awk -v name="$1" -v unpacked="$unpacked" -v walked="$walked" -v picket="$picket" 'BEGIN {
    printf "%s: index-pack %d ms, rev-list %d ms, picket %d ms: %.2f (at most 0.5)\n", name, unpacked,
      walked, picket, picket / (unpacked + walked) }'
  rm -rf empty quarantine push.pack lines
}

[ $# -gt 0 ] || set -- blobs refs history home lfs zeros noise
for kind in "$@"; do
  case $kind in
    history) history_ ;;
    blobs | refs | zeros | noise | lfs | home) "$kind" ;;
    *) fail "no kind of push is called $kind" ;;
  esac
  if [ "$kind" = home ]; then
    HOME=/proc/none XDG_CACHE_HOME=/sys/none
    export XDG_CACHE_HOME
    verdicts home
    unset XDG_CACHE_HOME
    HOME=$SCRATCH/.home
  elif [ "$kind" = lfs ]; then
    verdicts lfs # Git's own cost is that of a pointer.
  else
    verdicts "$kind"
    costs "$kind"
  fi
  rm -rf work store
done
[ "$wrong" -eq 0 ] || fail "more memory than 512 MiB"
