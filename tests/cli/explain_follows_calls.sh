# How a call comes about: the opcodes that put the callable and its arguments on the stack, as a tree.
. "$(dirname "$0")/common.sh"
needs_python

"$PYTHON" - <<'END'
import os, pickle
class Inner:
    def __reduce__(self):
        return os.getenv, ("HOME", "x" * 200)
class Outer:
    def __reduce__(self):
        return os.system, (Inner(),)
with open("armed.pkl", "wb") as out:
    out.write(pickle.dumps({"weights": [1.0, Outer()]}, 4))
END

exits 1 "picket explain armed.pkl" "trail to the call" "calls posix.system" SHORT_BINUNICODE
not grep -q xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx \
  "$OUTPUT" || fail "an operand is shown at full length"

run "picket explain armed.pkl --format json >armed.json"
holds armed.json 'len(d["members"][0]["calls"]) == 1' \
  'd["verdict"] == "dangerous" and d["format"] == "pickle"' \
  'd["members"][0]["calls"][0]["name"] == "system"' \
  'd["members"][0]["calls"][0]["trail"]["opcode"] == "REDUCE"' \
  '[s["opcode"] for s in d["members"][0]["calls"][0]["trail"]["from"]] == ["STACK_GLOBAL", "TUPLE1"]' \
  '[s["operand"] for s in d["members"][0]["calls"][0]["trail"]["from"][0]["from"]]
     == ["'"'posix'"'", "'"'system'"'"]' \
  'd["members"][0]["calls"][0]["trail"]["from"][1]["from"][0]["opcode"] == "REDUCE"'

# Calls that are known to be safe are told when asked for.
benign_state_dict model.pt
exits 0 "picket explain model.pt"
not grep -q trail "$OUTPUT" || fail "safe calls are told without being asked for"
exits 0 "picket explain model.pt --trails" "calls torch._utils._rebuild_tensor_v2" BINPERSID
exits 0 "picket explain model.pt --format json >model.json"
holds model.json 'd["verdict"] == "harmless"' \
  'any(c["name"] == "_rebuild_tensor_v2" for m in d["members"] for c in m["calls"])'

# A secret that an operand holds is masked before it is cut.
"$PYTHON" - "$(token 9)" <<'END'
import pickle, sys
import os
class Armed:
    def __reduce__(self):
        return os.getenv, ("x" * 60 + " " + sys.argv[1],)
with open("secret.pkl", "wb") as out:
    out.write(pickle.dumps(Armed(), 4))
END
run "picket explain secret.pkl --disassemble"
says REDUCE
run "picket explain secret.pkl --disassemble --format json"
