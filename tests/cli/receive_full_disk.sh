# No room for the temporary file of an object that is too big to keep in memory.
. "$(dirname "$0")/common.sh"

command -v unshare >/dev/null || skip "no unshare"
mkdir small
space=$([ "$(id -u)" -eq 0 ] && echo "unshare -m" || echo "unshare -Urm")
$space mount -t tmpfs -o size=16m none small 2>/dev/null || skip "mounting is not allowed here"
needs_python
new_repository work
git -C work config core.compression 1
# One pickled string of 66 MiB: 70 KiB in the store, and a format that is read from both ends.
"$PYTHON" -c '
import sys
size = 66 << 20
with open(sys.argv[1], "wb") as out:
    out.write(b"\x80\x04\x8e" + size.to_bytes(8, "little"))
    out.truncate(out.tell() + size)
    out.seek(0, 2)
    out.write(b".")
' work/weights.pkl
save work Big
cat >inside <<END
mount -t tmpfs -o size=16m none small
git init -q --bare small/server
git -C small/server config receive.unpackLimit 1
cp hook small/server/hooks/pre-receive
git -C work push '$SCRATCH/small/server' main
code=\$?
git -C small/server for-each-ref
exit \$code
END
arm stand
cp stand/hooks/pre-receive hook

run "$space sh inside # git push"
[ "$status" -ne 0 ] || fail "was accepted"
[ "$verdict" -eq 2 ] || fail "the hook ended with $verdict, not 2"
says_not "$(oid work) commit"
says weights.pkl
