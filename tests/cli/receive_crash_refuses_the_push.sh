# Whatever ends the process that parses, its keeper names the object and refuses; an audit leaves the
# object out, says so, and goes on. Nothing is known that makes picket crash, so a library that it
# uses is given a hole (tests/cli/crash_when_read.cc).
. "$(dirname "$0")/common.sh"

# The sanitizers have a handler of their own for faults.
ways='fault kill'
[ "${PICKET_SANITIZED:-}" != ON ] || ways='kill'
grep -q '^Seccomp:' /proc/self/status || skip "the kernel has no seccomp"
: "${PICKET_CRASH_LIBRARY:=$(dirname "$(dirname "$(dirname "$PICKET")")")/libcrash_when_read.so}"
[ -r "$PICKET_CRASH_LIBRARY" ] || skip "the library that crashes is not built: $PICKET_CRASH_LIBRARY"

# It can take the place of a library only where that is shared.
crashing=$PICKET
ldd "$crashing" | grep -q 'libhs[.]' || crashing=$(dirname "$PICKET")/picket_plumbing
[ -x "$crashing" ] || skip "no program that shares its libraries is built: $crashing"

# crashes HOW COMMAND...: where a text is searched that says so.
cat >crashes <<END_OF_CRASHES
#!/bin/sh
PICKET_CRASH=\$1 LD_PRELOAD='$PICKET_CRASH_LIBRARY'
export PICKET_CRASH LD_PRELOAD
shift
exec '$crashing' "\$@"
END_OF_CRASHES
chmod +x crashes
crashes=$SCRATCH/crashes

new_repository work
echo "token = $(token)" >work/small
save work Small
echo "crash when read: $(token 3)" >work/hostile
save work Hostile
hostile=$(oid work HEAD:hostile)
told="The process that read object $hostile ended in the middle"

# In a hook it is a refusal, also where the policy lets gaps in, and also when git runs the hook.
new_server server
echo '{"gaps": "warn"}' >warn.json
for how in $ways; do
  write_hook server/hooks/pre-receive pre-receive
  sed "s|^'$PICKET'|'$crashes' $how --policy '$SCRATCH/warn.json'|" server/hooks/pre-receive >hook
  cp hook server/hooks/pre-receive
  undecided 'git -C work push ../server main' "$told" 'so the push is refused' \
    'report it as a defect'
done
# Of a thousand and more the small ones are read together.
new_repository many
awk -v said="crash when read: $(token 3)" 'BEGIN {
  print "commit refs/heads/many\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\n\n"
  for (i = 0; i < 1200; ++i) {
    text = i == 600 ? said : "small " i
    printf "M 100644 inline f%d\ndata %d\n%s\n", i, length(text), text
  }
}' | git -C many fast-import --quiet
undecided 'git -C many push ../server many' 'or one of the' 'small ones read with it' \
  'so the push is refused'
install_hooks work
sed "s|^'$PICKET'|'$crashes' kill|" work/.git/hooks/pre-commit >hook
cp hook work/.git/hooks/pre-commit
echo "more to crash when read: $(token 3)" >>work/hostile
git -C work add hostile
undecided 'git -C work commit -m more' "object $(oid work :hostile)" 'so the commit is refused'
git -C work reset -q --hard

# An audit tells what else there is, and remembers nothing of what it has left out.
for how in $ways; do
  exits 1 "'$crashes' $how audit --no-cache work" "$told" 'the audit leaves it out' \
    'the process that read it' small "$USER_TOKEN_RULE"
done
echo work >list
exits 1 "'$crashes' $how audit --repos list" "$told" 'the audit leaves it out' \
  'the process that read it' small "$USER_TOKEN_RULE"
mkdir srv
git clone -q --bare work srv/one.git
exits 1 "'$crashes' $how audit --server srv --state state" "$told" 'the audit leaves it out' \
  'the process that read it' small "$USER_TOKEN_RULE"
ls state/*.refs >/dev/null 2>&1 && fail 'what was not examined is remembered'
exits 1 'picket audit --server srv --state state' small hostile
says_not 'ended in the middle'
ls state/*.refs >/dev/null || fail 'what was judged is not remembered'
exits 1 "'$crashes' $how scan work/hostile work/small" \
  'The process that read work/hostile ended' 'the scan leaves it out' work/small "$USER_TOKEN_RULE"

exits 2 "'$crashes' $how baseline work --output lines" "$told" 'the audit leaves it out' \
  'may not be whole' '1 finding'
grep -q ' small$' lines || fail 'what else there is stands in no baseline'

# A signal that means the end is no crash, and ends both halves.
line="$zero $(oid work) refs/heads/main"
git -C server fetch -q ../work main
: >waiting
(cd server && echo "$line" | GIT_DIR=. exec "$crashes" wait pre-receive >../waiting 2>&1) &
hook=$!
until grep -q 'it waits' waiting; do
  kill -0 "$hook" || fail "it ended before it waited"
  sleep 0.01
done
ended=0
kill -TERM "$hook"
wait "$hook" || ended=$?
[ "$ended" -ge 128 ] || fail "ended with $ended after a signal that ends it"
cp waiting "$OUTPUT"
says_not 'ended in the middle'
ref_unchanged server refs/heads/main ''
