# full_disk.sh: pushes to a repository on a disk that fills up, with the log and the list of debts on
# it, until nothing fits any more; then with some room again. What is in is in the log, no line is
# torn, a list of debts can be read, and git fsck is content. By hand, where mounting is allowed:
#   PICKET=/usr/local/bin/picket sh tests/servers/full_disk.sh
. "$(dirname "$0")/../cli/common.sh"

needs_python
command -v unshare >/dev/null || skip "no unshare"
mkdir small
cat >inside.sh <<END
mount -t tmpfs -o size=3m none small || exit 77
git init -q --bare small/server
mkdir small/log
chmod 700 small/log
cp hook small/server/hooks/pre-receive
i=0
refused=0
while [ \$i -lt 120 ]; do
  i=\$((i + 1))
  head -c 30000 /dev/urandom | base64 >work/big
  [ \$((i % 3)) -ne 0 ] || printf 'Rar!\\032\\007\\001\\000%s' "\$i" >work/c.rar
  git -C work add -A
  git -C work commit -q -m "\$i" || exit 1
  git -C work push -q '$SCRATCH/small/server' "HEAD:refs/heads/b\$i" >out 2>&1 || {
    refused=\$((refused + 1))
    cp out last
    # Once it was full, with room for a list or a line and not for a push.
    if [ \$((refused % 10)) -eq 0 ]; then
      for junk in small/junk*; do rm -f "\$junk"; break; done
    elif [ \$refused -lt 10 ]; then
      head -c 20000 /dev/zero >"small/junk\$i" 2>/dev/null
    fi
    git -C work reset -q --soft HEAD~1
  }
done
df -k small | tail -n 1
rm -f small/junk*
echo "\$refused of \$i pushes were refused"
$PYTHON - <<'PYTHON'
import json, subprocess
accepted, torn = set(), 0
for line in open("small/log/pushes.jsonl"):
    try: record = json.loads(line)
    except ValueError:
        torn += 1
        continue
    if record["outcome"] in ("pass", "debt"):
        accepted |= {(r["ref"], r["new"]) for r in record["refs"]}
out = subprocess.check_output(["git", "-C", "small/server", "for-each-ref", "--format=%(refname) %(objectname)"], text=True)
held = [tuple(line.split()) for line in out.splitlines()]
assert held, "nothing was let in"
for one in held: assert one in accepted, "not logged: %s" % (one,)
subprocess.check_call(["git", "-C", "small/server", "fsck", "--full", "--no-dangling"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print("%d refs are in, each logged; torn lines: %d" % (len(held), torn))
PYTHON
code=\$?
'$PICKET' audit --debts small/server --policy policy.json 2>&1 | tail -n 3
exit \$code
END
new_repository work
put work a.txt one
echo "{\"gaps\": \"warn\", \"server\": {\"log\": \"$SCRATCH/small/log/pushes.jsonl\"}}" >policy.json
arm stand "$POLICY_OPTION '$SCRATCH/policy.json'"
cp stand/hooks/pre-receive hook
space=$([ "$(id -u)" -eq 0 ] && echo "unshare -m" || echo "unshare -Urm")
code=0
$space sh inside.sh || code=$?
[ "$code" -ne 77 ] || skip "mounting is not allowed here"
[ "$code" -eq 0 ] || fail "ended with $code"
