# The log of pushes: every push a line, never a secret, and nothing let in that can't be written down.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
mkdir log
chmod 700 log
policy() {
  echo "{\"server\": {\"log\": \"$SCRATCH/$1\"${2:-}}}" >policy.json
}
policy log/pushes.jsonl
records() {
  { echo '['; sed '$!s/$/,/' log/pushes.jsonl; echo ']'; } >records
  holds records "$@"
}

put work a.txt one
first=$(oid work)
passes "git -C work push origin main"
[ "$(stat -c %a log/pushes.jsonl)" = 600 ] || fail "others may read the log"
put work b.txt "$token"
refused "GL_USERNAME=alice SSH_CONNECTION='192.0.2.7 1 192.0.2.1 22' git -C work push origin \
  main 'main:refs/heads/$token'"
git -C work reset -q --hard HEAD~1
passes "git -C work push origin HEAD:other"
passes "git -C work push origin :other"
# What is refused before it is judged is written down too.
echo "$first $(printf %040d 7) refs/heads/main" >input
exits 2 "receive server $POLICY_OPTION '$SCRATCH/policy.json' <input"
echo '{' >own.json
mkdir none
exits 2 "receive server $POLICY_OPTION '$SCRATCH/policy.json' $RULES_OPTION '$SCRATCH/none' <input"
grep -q -F "$(printf %.20s "$token")" log/pushes.jsonl && fail "the token stands in the log"
records 'len(d) == 6' \
  '[r["outcome"] for r in d] == ["pass", "blocked", "pass", "pass", "incomplete", "incomplete"]' \
  "d[0]['refs'][0] == {'ref': 'refs/heads/main', 'old': '$zero', 'new': '$first'}" \
  'd[0]["repository"].endswith("/server") and d[0]["time"].endswith("Z") and d[0]["picket"]' \
  '"rules" in d[0]["engine"] and len(d[0]["policy"]) == 12' \
  'd[0]["commits"] == 1 and d[0]["blobs"] == 1 and d[0]["bytes"] > 0' \
  'd[1]["actor"]["variable"] == "GL_USERNAME" and d[1]["actor"]["name"] == "alice"' \
  'd[1]["actor"]["address"] == "192.0.2.7"' \
  'd[1]["findings"][0]["rule"] == "huggingface.user-token"' \
  'd[1]["findings"][0]["fingerprint"].startswith("fp1:")' \
  'd[1]["ref_count"] == 2 and d[1]["blocking"] >= 1' \
  'd[3]["refs"][0]["new"] == "0" * 40' \
  'd[4]["not_examined"] == 1' 'd[5]["why"]' \
  'len(set(r["push"] for r in d)) == 6'

# Rotated, the next line goes to the new file; a torn line spoils no other.
mv log/pushes.jsonl log/old.jsonl
put work c.txt two
passes "git -C work push origin main"
[ "$(wc -l <log/old.jsonl)" -eq 6 ] && [ "$(wc -l <log/pushes.jsonl)" -eq 1 ] || fail "not rotated"
printf '{"torn' >>log/pushes.jsonl
put work d.txt three
passes "git -C work push origin main"
[ "$(wc -l <log/pushes.jsonl)" -eq 3 ] || fail "a torn line was not closed"
tail -n 1 log/pushes.jsonl | grep -q '^{"time".*"outcome":"pass".*}$' || fail "the last line is torn"

# Many refs are many lines of bounded length.
seq -f "create refs/heads/many/a-rather-long-name-for-a-branch-%g $(oid work)" 1000 |
  git -C work update-ref --stdin
rm log/pushes.jsonl
passes "git -C work push -q origin 'refs/heads/many/*'"
records 'len(d) > 3 and d[0]["parts"] == len(d)' 'sum(len(r["refs"]) for r in d) == 1000' \
  'len(set(r["push"] for r in d)) == 1'
awk 'length > 20000 { exit 1 }' log/pushes.jsonl || fail "a line is too long"

# Where accepted pushes are not to be written down, refused ones are.
policy log/pushes.jsonl ', "log_accepted": false'
rm log/pushes.jsonl
put work e.txt four
passes "git -C work push origin main"
[ ! -e log/pushes.jsonl ] || fail "an accepted push was written down"
put work f.txt "$token"
refused "git -C work push origin main"
records 'len(d) == 1 and d[0]["outcome"] == "blocked"'
git -C work reset -q --hard HEAD~1

# A log that can't be written lets nothing in.
put work g.txt five
policy nowhere/pushes.jsonl
undecided "git -C work push origin main" "The server's log"
mkdir open
chmod 777 open
policy open/pushes.jsonl
undecided "git -C work push origin main" "The server's log"
[ ! -e open/pushes.jsonl ] || fail "a log was made where everybody may write"
ln -s "$SCRATCH/log/pushes.jsonl" log/link
policy log/link
undecided "git -C work push origin main" "The server's log"
mkdir log/folder
policy log/folder
undecided "git -C work push origin main" "The server's log"
mkfifo log/pipe
policy log/pipe
undecided "git -C work push origin main" "The server's log"
if [ -c /dev/full ]; then
  echo '{"server": {"log": "/dev/full"}}' >policy.json
  undecided "git -C work push origin main" "The server's log"
fi
policy log/pushes.jsonl
rm log/pushes.jsonl
# In blocks of 512 bytes: room for nothing.
cp log/old.jsonl log/pushes.jsonl
size=$(wc -c <log/pushes.jsonl)
echo "$first $(oid work) refs/heads/main" >input
git -C work push -q --receive-pack='git -c core.hooksPath=/dev/null receive-pack' origin main:tmp
git -C server update-ref -d refs/heads/tmp
exits 2 "(ulimit -f $((size / 512)); receive server $POLICY_OPTION '$SCRATCH/policy.json' <input)" \
  "The server's log"
[ "$(wc -c <log/pushes.jsonl)" -eq "$size" ] || fail "half a line was left"
passes "git -C work push origin main"
