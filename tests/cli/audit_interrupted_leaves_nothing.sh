# An audit that is stopped ends non-zero and leaves no file behind.
. "$(dirname "$0")/common.sh"

# A shell starts background jobs with SIGINT ignored; Ctrl-C comes to a program that does not.
env --default-signal=INT true 2>/dev/null || skip "this env can't reset signals"
new_repository work
seq 20000 >work/a.txt
save work First
token >work/b.txt
save work Second
mkdir temporary
export TMPDIR="$SCRATCH/temporary"
find work -type f | sort >before

# Nobody reads the report and the pipe is full: the audit is still there when the signal comes.
mkfifo report
exec 3<>report
head -c 65536 /dev/zero >&3
# shellcheck disable=SC2086
env --default-signal=INT "$PICKET" $PICKET_OPTIONS audit work >&3 2>/dev/null &
running=$!
sleep 0.3
kill -INT "$running" || fail "the audit did not wait for its reader"
code=0
wait "$running" || code=$?
[ "$code" -ne 0 ] || fail "an interrupted audit ended with 0"
exec 3>&-

for delay in 0.005 0.01 0.02 0.05; do
  # shellcheck disable=SC2086
  env --default-signal=INT "$PICKET" $PICKET_OPTIONS audit work >/dev/null 2>&1 &
  running=$!
  sleep "$delay"
  kill -INT "$running" 2>/dev/null || true
  code=0
  wait "$running" || code=$?
  [ "$code" -ne 0 ] || fail "an interrupted audit, or one with a finding, ended with 0"
done

find work -type f | sort >after
cmp -s before after || fail "files were left behind: $(diff before after)"
[ -z "$(ls -A temporary)" ] || fail "temporary files were left behind"
