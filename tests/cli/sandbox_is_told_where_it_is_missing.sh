# Where the sandbox can't be had, the report says so once and goes on; a policy may require it.
. "$(dirname "$0")/common.sh"

[ "${PICKET_SANITIZED:-}" != ON ] || skip "the sanitizers need what the sandbox forbids"
grep -q '^Seccomp:' /proc/self/status || skip "the kernel has no seccomp"
needs_python
# without_seccomp.py COMMAND...: no filter can be added any more, as some containers have it.
cat >without_seccomp.py <<'END'
import ctypes, os, sys
try:
    library = ctypes.CDLL("libseccomp.so.2")
except OSError:
    sys.exit(77)
library.seccomp_init.restype = ctypes.c_void_p
context = ctypes.c_void_p(library.seccomp_init(0x7fff0000))
for name in (b"seccomp", b"prctl"):
    number = library.seccomp_syscall_resolve_name(name)
    # PR_SET_SECCOMP is 22.
    class Condition(ctypes.Structure):
        _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64),
                    ("b", ctypes.c_uint64)]
    conditions = (Condition * 1)(Condition(0, 4, 22, 0)) if name == b"prctl" else None
    if library.seccomp_rule_add_array(context, 0x00050000 | 1, number, 1 if conditions else 0,
                                      conditions) != 0:
        sys.exit(77)
if library.seccomp_load(context) != 0: sys.exit(77)
os.execvp(sys.argv[1], sys.argv[1:])
END
outside="$PYTHON $SCRATCH/without_seccomp.py"
$outside true || skip "nothing here can take seccomp away"

mkdir files
echo "nothing" >files/clean
echo "token = $(token)" >files/bad
echo '{"server": {"sandbox": "require"}}' >require.json
echo '{"server": {"sandbox": "auto"}}' >auto.json
echo '{"server": {"sandbox": "off"}}' >off.json
echo '{"server": {"sandbox": "perhaps"}}' >wrong.json

passes 'picket scan files/clean'
says_not 'its sandbox'
passes 'picket --policy require.json scan files/clean'
says_not 'its sandbox'
exits 1 'picket --policy off.json scan files' files/bad

for policy in '' '--policy auto.json'; do
  exits 1 "$outside '$PICKET' $policy scan files" 'This run was without its sandbox' files/bad
  [ "$(grep -c 'without its sandbox' "$OUTPUT")" -eq 1 ] || fail "it is not said once"
done
exits 1 "$outside '$PICKET' --policy off.json scan files" files/bad
says_not 'its sandbox'
exits 2 "$outside '$PICKET' --policy require.json scan files" 'Nothing was judged' server.sandbox
exits 2 'picket --policy wrong.json scan files' '"auto", "require", "off"'

new_repository old
put old bad "$(token)"
exits 0 'picket baseline old' '1 finding'
says_not 'its sandbox'
exits 0 "$outside '$PICKET' baseline old" 'This run was without its sandbox' '1 finding'
rm old/.picket-baseline
exits 2 "$outside '$PICKET' --policy require.json baseline old" 'sandbox that the policy requires'
[ ! -e old/.picket-baseline ] || fail 'what was not audited has a baseline'

# In a hook as well, and what travels with the content has no say.
new_server server
write_hook server/hooks/pre-receive pre-receive "--policy $SCRATCH/require.json"
new_clone server work
put work file nothing
passes 'git -C work push origin main'
sed "s|^'$PICKET'|$outside '$PICKET'|" server/hooks/pre-receive >hook
cp hook server/hooks/pre-receive
put work file more
undecided 'git -C work push origin main' 'sandbox that the policy requires'
cp off.json work/.picket.json
git -C work add .picket.json
install_hooks work
undecided 'git -C work commit -m policy' '"server" section'

exits 0 'picket doctor --help'
git -C work checkout -q -f .
git -C work rm -q --cached .picket.json
run "picket doctor --repo work"
says 'The sandbox works'
run "$outside '$PICKET' doctor --repo work"
says "The sandbox can't be had here"
