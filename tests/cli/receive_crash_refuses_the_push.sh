# Whatever ends the process that parses, its keeper names the object and refuses; an audit leaves the
# object out, says so, and goes on. There is no way to make picket crash, so it is killed from
# outside, by the signal of a crash.
. "$(dirname "$0")/common.sh"

[ "${PICKET_SANITIZED:-}" != ON ] || skip "the sanitizers have handlers of their own"
grep -q '^Seccomp:' /proc/self/status || skip "the kernel has no seccomp"
needs_python
new_repository work
for number in 1 2 3 4; do
  "$PYTHON" -c '
import sys
with open(sys.argv[1], "wb") as out:
    out.write((b"%s line of nothing much\n" % sys.argv[2].encode()) * (1 << 20))' \
    "work/large$number" "$number"
done
echo "token = $(token)" >work/small
save work Large
new_bare server
git -C server fetch -q ../work main

cat >crash.py <<'END'
# crash.py SIGNAL TIMES COMMAND...: runs it, and sends the signal to each process that it shuts in, up
# to so many.
import os, signal, subprocess, sys, time
number, times = int(sys.argv[1]), int(sys.argv[2])
run = subprocess.Popen(sys.argv[3:])
hit = set()
def shut_in():
    for name in os.listdir("/proc"):
        try:
            if not name.isdigit() or int(name) in hit: continue
            status = open("/proc/%s/status" % name).read().split("\n")
        except OSError:
            continue
        fields = dict(line.split(":\t", 1) for line in status if ":\t" in line)
        if fields["PPid"] == str(run.pid) and fields.get("Seccomp") == "2" and fields["State"][0] != "Z":
            return int(name)
while run.poll() is None and len(hit) < times:
    found = shut_in()
    if found is None:
        time.sleep(0.002)
        continue
    # It has begun to read by now.
    time.sleep(0.03)
    hit.add(found)
    os.kill(found, number)
code = run.wait()
if len(hit) < times: sys.exit("it was over before the signal")
sys.exit(code if code >= 0 else 128 - code)
END
line="$zero $(oid work) refs/heads/main"
crash="$PYTHON $SCRATCH/crash.py"

# One that is named, in each case: which one, depends on the moment.
for number in 11 9; do
  exits 2 "cd server && echo '$line' | GIT_DIR=. $crash $number 1 '$PICKET' --threads 1 pre-receive" \
    'The process that read object' 'so the push is refused' 'report it as a defect'
  named=$(sed -n 's/.*that read object \([0-9a-f]*\) ended.*/\1/p' "$OUTPUT")
  git -C work cat-file -e "$named" || fail "no object is named"
done
ref_unchanged server refs/heads/main ''

exits 1 "$crash 11 1 '$PICKET' --threads 1 audit --no-cache work" 'the audit leaves it out' \
  'was ended by a signal' small "$USER_TOKEN_RULE"
echo work >list
exits 1 "$crash 11 1 '$PICKET' --threads 1 audit --repos list" 'the audit leaves it out' \
  'was ended by a signal' small "$USER_TOKEN_RULE"
mkdir srv
git clone -q --bare work srv/one.git
exits 1 "$crash 11 1 '$PICKET' --threads 1 audit --server srv --state state" \
  'the audit leaves it out' 'was ended by a signal' small "$USER_TOKEN_RULE"
ls state/*.refs >/dev/null 2>&1 && fail 'what was not examined is remembered'
exits 1 'picket audit --server srv --state state' small
ls state/*.refs >/dev/null || fail 'what was judged is not remembered'
mkdir files
mv work/large1 work/large2 work/large3 work/large4 work/small files
exits 1 "$crash 11 1 '$PICKET' --threads 1 scan files" 'The process that read files/large' \
  'the scan leaves it out' files/small "$USER_TOKEN_RULE"

# A signal that means the end is no crash.
run "cd server && echo '$line' | GIT_DIR=. timeout -s TERM 0.15 '$PICKET' --threads 1 pre-receive"
[ "$status" -ge 124 ] || fail "ended with $status after a signal that ends it"
says_not 'ended in the middle'
