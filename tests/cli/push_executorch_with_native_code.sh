# ExecuTorch programs: one whose backend loads machine code from it, and a harmless one.
. "$(dirname "$0")/common.sh"

needs_python
program() {  # FILE BACKEND
  "$PYTHON" - "$1" "$2" <<'END'
import struct, sys
# A FlatBuffer written front to back: each table has its own vtable, each slot is 8 bytes wide.
out = bytearray(4) + b"ET12"
def lead(at, target):
    out[at:at + 4] = struct.pack("<I", target - at)
def table(slots):
    names = sorted(slots)
    vtable = len(out)
    count = names[-1] + 1
    out.extend(struct.pack("<HH", 4 + 2 * count, 4 + 8 * len(names)))
    for number in range(count):
        out.extend(struct.pack("<H", 4 + 8 * names.index(number) if number in names else 0))
    at = len(out)
    out.extend(struct.pack("<i", at - vtable) + bytes(8 * len(names)))
    for index, number in enumerate(names):
        if slots[number]:
            lead(at + 4 + 8 * index, slots[number]())
    return at
def text(value):
    at = len(out)
    out.extend(struct.pack("<I", len(value)) + value)
    return at
def tables(*makers):
    at = len(out)
    out.extend(struct.pack("<I", len(makers)) + bytes(4 * len(makers)))
    for index, make in enumerate(makers):
        lead(at + 4 + 4 * index, make())
    return at
delegate = lambda: table({0: lambda: text(sys.argv[2].encode())})
plan = lambda: table({0: lambda: text(b"forward"), 7: lambda: tables(delegate)})
lead(0, table({0: None, 1: lambda: tables(plan)}))
open(sys.argv[1], "wb").write(out)
END
}

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

program work/model.pte XnnpackBackend
save work "Add a program"
passes "git -C work push origin main"

program work/model.pte CudaBackend
save work "Another backend"
refused "git -C work push origin main" executorch.native-code model.pte
git -C work reset -q --hard HEAD~1

program work/other.bin MineBackend
save work "A backend nobody knows"
refused "git -C work push origin main" executorch.unknown-delegate MineBackend
