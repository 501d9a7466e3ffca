# push_rounds.sh [PUSHES [REPOSITORIES [KILLS]]]: pushes at once to a few repositories, half of them
# with a token, then rounds in which the hook or the client is killed (kill -9) at a random moment.
# Afterwards nothing bad is in, nothing that is in is missing from the log, no line of the log is
# torn, and git fsck is content. Prints its figures. By hand, with an installed picket:
#   PICKET=/usr/local/bin/picket sh tests/servers/push_rounds.sh 50 10 200
. "$(dirname "$0")/../cli/common.sh"

pushes=${1:-50}
servers=${2:-10}
kills=${3:-200}
token=$(token)
log=$SCRATCH/log.jsonl
# A gap now and then, so that the lists of debts are written too.
cat >policy.json <<END
{"gaps": "warn", "server": {"log": "$log"}}
END

make_work() { # NUMBER: good ones are even, every sixth of them can't be examined whole
  work=work$1
  server=server$(($1 % servers))
  git init -q "$work"
  echo "content $1" >"$work/a.txt"
  if [ $(($1 % 2)) -eq 1 ]; then echo "$token" >"$work/b.txt"; fi
  if [ $(($1 % 6)) -eq 0 ]; then printf 'Rar!\032\007\001\000%s' "$1" >"$work/c.rar"; fi
  seq "$1" 2000 >"$work/d.txt"
  git -C "$work" add -A
  git -C "$work" commit -q -m "Work $1"
}
i=0
while [ "$i" -lt "$servers" ]; do
  git init -q --bare "server$i"
  git -C "server$i" config core.fsync all
  arm "server$i" "$POLICY_OPTION '$SCRATCH/policy.json'"
  i=$((i + 1))
done

# Every commit that a server has is logged as let in there, and none of them holds the token.
check() {
  needs_python
  "$PYTHON" - "$log" "$servers" "$token" <<'END' || fail "something is wrong"
import json, subprocess, sys
log, servers, token = sys.argv[1], int(sys.argv[2]), sys.argv[3]
accepted, torn, outcomes = set(), 0, {}
for line in open(log, encoding="ascii"):
    try:
        record = json.loads(line)
    except ValueError:
        torn += 1
        continue
    outcomes[record["outcome"]] = outcomes.get(record["outcome"], 0) + 1
    if record["outcome"] in ("pass", "debt", "bypassed"):
        for ref in record["refs"]:
            accepted.add((record["repository"].rsplit("/", 1)[1], ref["ref"], ref["new"]))
assert token[3:15] not in open(log).read(), "the token stands in the log"
held = 0
for i in range(servers):
    git = ["git", "-C", "server%d" % i]
    out = subprocess.check_output(git + ["for-each-ref", "--format=%(refname) %(objectname)"], text=True)
    for line in out.splitlines():
        ref, value = line.split()
        held += 1
        assert ("server%d" % i, ref, value) in accepted, "not logged: server%d %s" % (i, line)
        names = subprocess.check_output(git + ["ls-tree", "-r", "--name-only", value], text=True)
        assert "b.txt" not in names.split(), "a token got in: server%d %s" % (i, line)
    subprocess.check_call(git + ["fsck", "--full", "--strict", "--no-dangling", "--no-progress"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    left = subprocess.check_output("find server%d -name 'debts.new' -o -name 'picket-*'" % i, shell=True)
    print("  server%d: left behind: %s" % (i, left)) if left else None
print("%d refs are in; records: %s; torn lines: %d" % (
    held, ", ".join("%s %d" % item for item in sorted(outcomes.items())), torn))
END
}

i=0
while [ "$i" -lt "$pushes" ]; do
  make_work "$i"
  i=$((i + 1))
done
begin=$(date +%s%N)
running=
i=0
while [ "$i" -lt "$pushes" ]; do
  git -C "work$i" push -q "$SCRATCH/server$((i % servers))" "HEAD:refs/heads/w$i" >"out$i" 2>&1 &
  running="$running $!"
  i=$((i + 1))
done
good=0
for one in $running; do
  if wait "$one"; then good=$((good + 1)); fi
done
echo "$pushes pushes at once to $servers repositories: $good let in, $((($(date +%s%N) - begin) / 1000000)) ms"
[ "$good" -eq $(((pushes + 1) / 2)) ] || fail "$good of $pushes were let in"
check

i=0
killed=0
while [ "$i" -lt "$kills" ]; do
  n=$((pushes + i))
  make_work "$n"
  server=server$((n % servers))
  setsid git -C "work$n" push -q "$SCRATCH/$server" "HEAD:refs/heads/w$n" >"out$n" 2>&1 &
  client=$!
  sleep "0.0$(awk -v seed="$n" 'BEGIN { srand(seed); printf "%02d", rand() * 100 }')"
  if [ $((i % 2)) -eq 0 ]; then
    # The client and all that it has started on this machine, but for the hook.
    kill -9 "$client" 2>/dev/null && killed=$((killed + 1))
  else
    for child in $(ps -o pid=,ppid=,comm= -g "$client" 2>/dev/null | awk '$3 == "picket" { print $1 }'); do
      kill -9 "$child" 2>/dev/null && killed=$((killed + 1))
    done
  fi
  wait "$client" 2>/dev/null || true
  i=$((i + 1))
done
# What a killed client has left running comes to its end.
sleep 2
echo "$kills rounds, $killed kills that met somebody"
check

# The servers work as before.
make_work $((pushes + kills + 2 - (pushes + kills) % 2))
git -C "$work" push -q "$SCRATCH/$server" "HEAD:refs/heads/last" >last 2>&1 || fail "the last push was refused: $(cat last)"
git -C "$work" push -q "$SCRATCH/$server" "HEAD:refs/heads/again" >last 2>&1 || fail "$(cat last)"
check
