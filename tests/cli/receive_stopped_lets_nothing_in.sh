# A hook that is told to stop, or whose client has gone, ends with 2, leaves nothing behind and
# writes it down.
. "$(dirname "$0")/common.sh"

needs_python
new_server server
new_clone server work
# Long enough to be met at work.
"$PYTHON" -c '
import gzip
zeros = gzip.compress(bytes(62_000_000))
for i in range(400):
    open("work/%d.gz" % i, "wb").write(zeros + b"%d" % i)'
save work "Zeros"
smuggle work origin main
git -C server update-ref -d refs/heads/main
echo "$zero $(oid work) refs/heads/main" >input
echo "{\"server\": {\"log\": \"$SCRATCH/log.jsonl\"}}" >policy.json
find server -type f | sort >before


for signal in TERM INT HUP; do
  rm -f log.jsonl
  (
    cd server
    # shellcheck disable=SC2086
    GIT_DIR=. exec "$PICKET" $PICKET_OPTIONS pre-receive --policy ../policy.json
  ) <input >"$OUTPUT" 2>&1 &
  hook=$!
  sleep 0.3
  kill -"$signal" "$hook"
  code=0
  wait "$hook" || code=$?
  [ "$code" -eq 2 ] || fail "ended with $code after SIG$signal"
  says "SIG$signal" "nothing was let in"
  find server -type f | sort >after
  cmp -s before after || fail "files were left behind: $(diff before after)"
  grep -q '"outcome":"incomplete".*SIG'"$signal" log.jsonl || fail "it was not written down"
done

# Whoever read its standard error has gone.
rm -f log.jsonl
mkfifo client
(
  cd server
  # shellcheck disable=SC2086
  GIT_DIR=. exec "$PICKET" $PICKET_OPTIONS pre-receive --policy ../policy.json
) <input 2>client &
hook=$!
exec 3<client
sleep 0.3
exec 3<&-
code=0
wait "$hook" || code=$?
[ "$code" -eq 2 ] || fail "ended with $code after its client had gone"
grep -q '"outcome":"incomplete".*client has gone' log.jsonl || fail "it was not written down"
