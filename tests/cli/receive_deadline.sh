# A hook that must end in time: what was not judged by then is said, and blocks or is put off.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
policy() { # DEADLINE ON_DEADLINE [MORE]
  echo "{\"server\": {\"deadline\": \"$1\", \"on_deadline\": \"$2\"}${3:-}}" >policy.json
}

# Time for all: nothing is different.
put work a.txt one
policy 10m block
passes "git -C work push origin main"
says_not deadline

# No time at all, whatever is said of other gaps.
put work b.txt "$(token)"
for more in "" ', "gaps": "warn"'; do
  policy 1ms block "$more"
  run "git -C work push origin main"
  # One blob may be judged before anybody has looked at the clock.
  case $verdict in
    1) says "$USER_TOKEN_RULE" ;;
    2) says server.deadline ;;
    *) fail "ended with $verdict" ;;
  esac
done

# Time for some: a minute's worth of zeros, packed. A machine under load gets more of it.
needs_python
"$PYTHON" -c '
import gzip
zeros = gzip.compress(bytes(62_000_000))
for i in range(400):
    open("work/%d.gz" % i, "wb").write(zeros + b"%d" % i)'
git -C work rm -q --cached b.txt
rm work/b.txt
git -C work reset -q --soft HEAD~1
save work "Zeros"
for deadline in 1s 2s 4s 8s 16s; do
  policy "$deadline" debt
  run "git -C work push origin main"
  [ "$verdict" -ne 0 ] || break
  says "server.deadline"
done
[ "$status" -eq 0 ] || fail "was never let in"
says "objects: not judged within server.deadline" "list of debts"
grep -q "^debt $(oid work) " server/picket/debts || fail "the debt is not listed"

# It is judged with the next push, and blocks that one if there is no time again.
put work c.txt two
policy 1s block
undecided "git -C work push origin main" server.deadline

for wrong in '"4"' '"4 s"' '"-1s"' 0 '"0s"' '"2d"' '"48m0s"' true; do
  echo "{\"server\": {\"deadline\": $wrong}}" >policy.json
  undecided "git -C work push origin main" '"server.deadline"'
done
echo '{"server": {"deadline": "1s"}}' >server/picket.json
policy 10m block
undecided "git -C work push origin main" '"server"'
