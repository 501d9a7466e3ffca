# A history that grows in every way - branches, merges, tags, commits out of time, rewritten and
# deleted branches, repacks - and at each step what an audit with memory says is what one without
# says.
. "$(dirname "$0")/common.sh"
needs_python

new_repository work
put work a.txt "$(seq 50)"
token 1 >.state/one
token 2 >.state/two
token 3 >.state/name
cat >grow.py <<'END'
import os, random, subprocess, sys
seed = int(sys.argv[1])
chance = random.Random(seed)
one, two, name = (open(".state/" + n).read().strip() for n in ("one", "two", "name"))
secrets = ["key = " + one, "other = " + two, "key = " + one + "\nmore " + two]
clock = [1700001000 + seed * 100000]

def git(*arguments, **options):
    stamp = str(clock[0]) + " +0000"
    environment = dict(os.environ, GIT_AUTHOR_DATE=stamp, GIT_COMMITTER_DATE=stamp)
    return subprocess.run(("git", "-C", "work") + arguments, env=environment, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout

def branches():
    return git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()

def write(path, text):
    path = "work/" + path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(text + "\n")

def commit():
    # Some clocks are wrong.
    clock[0] += chance.choice((60, 60, 60, -5000, 90000))
    for _ in range(chance.randint(1, 3)):
        folder = chance.choice(("", "x/", "x/y/", "z/"))
        leaf = chance.choice(("a.txt", "b.txt", "c.txt", "token", name, ".git-credentials"))
        if chance.random() < 0.1: leaf = "b%d.txt" % chance.randint(0, 9)
        path = folder + leaf
        if chance.random() < 0.3 and os.path.isfile("work/" + path):
            os.remove("work/" + path)
        elif not os.path.isdir("work/" + path):
            secret = chance.random() < float(sys.argv[2])
            write(path, chance.choice(secrets) if secret else str(chance.random()))
    git("add", "-A")
    git("commit", "-q", "--no-verify", "--allow-empty", "-m", "Step %d" % seed)

for _ in range(chance.randint(1, 4)):
    step = chance.random()
    if step < 0.5:
        commit()
    elif step < 0.62:
        git("checkout", "-q", "-f", "-b", "branch%d" % chance.randint(0, 99))
        commit()
    elif step < 0.72:
        git("checkout", "-q", "-f", chance.choice(branches()))
    elif step < 0.82:
        git("merge", "-q", "-X", "ours", "--no-edit", chance.choice(branches()))
        git("reset", "-q", "--hard")
    elif step < 0.86:
        git("tag", "-f", "tag%d" % chance.randint(0, 5))
    elif step < 0.9:
        git("checkout", "-q", "-f", "--orphan", "root%d" % seed)
        commit()
    elif step < 0.93:
        git("reset", "-q", "--hard", "HEAD~1")
    elif step < 0.96:
        current = git("rev-parse", "--abbrev-ref", "HEAD").strip()
        others = [b for b in branches() if b != current]
        if others: git("branch", "-q", "-D", chance.choice(others))
    elif step < 0.98:
        git("gc", "-q")
    else:
        git("reflog", "expire", "--expire=now", "--all")
        git("gc", "-q", "--prune=now")
END

# A sanitized program takes a second to start.
if [ "${PICKET_SANITIZED:-}" = ON ]; then : "${ROUNDS:=4}"; fi
: "${ROUNDS:=14}" "${FIRST:=0}"
for secrets in 0.4 0; do
  round=0
  while [ $round -lt "$ROUNDS" ]; do
    round=$((round + 1))
    "$PYTHON" grow.py $((FIRST + round + ${#secrets} * 1000)) $secrets
    run "picket audit work --format json >with.json"
    run "picket audit work --format json --no-cache >without.json"
    "$PYTHON" -c '
import json
a, b = (json.load(open(name)) for name in ("with.json", "without.json"))
for x, y in zip(a["findings"], b["findings"]):
    assert x == y, ([k for k in x if x[k] != y[k]], x, y)
assert a["findings"] == b["findings"] and a["gaps"] == b["gaps"], (a, b)
' >"$OUTPUT" 2>&1 || fail "in round $round memory changes what is said"
  done
done
[ "$(git -C work rev-list --all --count)" -gt 3 ] || fail "the history did not grow"
