# What a policy must allow for an organisation's own classes; and every opcode with its stack.
. "$(dirname "$0")/common.sh"

python3 - <<'EOF'
import sys, types, pickle
m = types.ModuleType("ourlib.models")
class Model:
    pass
Model.__module__ = "ourlib.models"; Model.__qualname__ = "Model"
m.Model = Model
sys.modules["ourlib"] = types.ModuleType("ourlib"); sys.modules["ourlib.models"] = m
with open("ours.pkl", "wb") as f:
    pickle.dump(Model(), f, 4)
EOF
armed_pickle armed.pkl 4

exits 0 "picket explain ours.pkl --suggest >policy.json"
holds policy.json 'd == {"weights": {"allow": ["ourlib.models.Model"]}}'
exits 1 "picket scan ours.pkl"
exits 0 "picket scan --policy policy.json ours.pkl"

exits 1 "picket explain armed.pkl --suggest >policy.json" "is not suggested"
holds policy.json 'd == {"weights": {"allow": []}}'

run "picket explain armed.pkl --disassemble"
says STACK_GLOBAL
says "global posix.system"
says REDUCE
run "picket explain armed.pkl --disassemble --format json >armed.json"
holds armed.json 'any("REDUCE" in line for line in d["members"][0]["opcodes"])'
