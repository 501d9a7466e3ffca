# An audit that is stopped ends non-zero and leaves no file behind.
. "$(dirname "$0")/common.sh"

new_repository work
printf 'content\n' >work/a.txt
save work First
# A FIFO where the report goes: the audit is still there when the signal comes.
mkfifo report
mkdir temporary
find work -type f | sort >before
(
  # shellcheck disable=SC2086
  TMPDIR=$SCRATCH/temporary exec "$PICKET" $PICKET_OPTIONS audit work >report
) &
running=$!
kill -INT "$running"
cat report >/dev/null 2>&1 &
reader=$!
code=0
wait "$running" || code=$?
kill "$reader" 2>/dev/null || true
[ "$code" -ne 0 ] || fail "an interrupted audit ended with 0"
find work -type f | sort >after
cmp -s before after || fail "files were left behind: $(diff before after)"
[ -z "$(ls -A temporary)" ] || fail "temporary files were left behind"
