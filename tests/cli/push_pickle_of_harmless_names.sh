# Names that are each known to be safe, put together so that loading the pickle reaches a file:
# dict() of a ChainMap asks each of its parts, and a defaultdict calls its factory, which is a method
# of a path.
. "$(dirname "$0")/common.sh"

needs_python
new_server server
new_clone server work
put work a.txt base
smuggle work origin main

"$PYTHON" -c '
import sys
def text(s):
    return b"\x8c" + bytes([len(s)]) + s.encode()
def name(module, name):
    return text(module) + text(name) + b"\x93"
def call(callee, *arguments):
    return callee + b"(" + b"".join(arguments) + b"tR"
path = call(name("pathlib", "PosixPath"), text(sys.argv[1]))
method = call(name("builtins", "getattr"), path, text("touch"))
parts = call(name("collections", "defaultdict"), method) + b"}" + text("a") + b"Ns"
chain = call(name("collections", "ChainMap"), parts)
open("work/model.pkl", "wb").write(b"\x80\x04" + call(name("builtins", "dict"), chain) + b".")
' "$SCRATCH/reached"
"$PYTHON" -c 'import pickle; pickle.load(open("work/model.pkl", "rb"))'
[ -e "$SCRATCH/reached" ] || fail "loading it does nothing, so that this shows nothing"
save work "Safe names"
refused "git -C work push origin main" model.pkl "$UNKNOWN_RULE" builtins.getattr
