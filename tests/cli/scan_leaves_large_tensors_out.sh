# Files outside Git over 64 MiB: where a faultless directory says that numbers stand, they are not
# read one by one, and the report says so. All else is read, and a fault in the directory has all of
# it read.
. "$(dirname "$0")/common.sh"
needs_python

# large FILE IN-HEADER IN-TENSOR BEHIND: a sparse safetensors file of 80 MiB.
large() {
  "$PYTHON" - "$@" <<'END'
import json, struct, sys
path, header, tensor, behind = sys.argv[1:]
size = 80 << 20
text = json.dumps({"__metadata__": {"note": header},
                   "w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
with open(path, "wb") as out:
    out.write(struct.pack("<Q", len(text)) + text)
    out.seek(size // 2, 1)
    out.write(b" %s " % tensor.encode())
    out.seek(8 + len(text) + size - 2)
    out.write(b"\0\0" + behind.encode())
END
}

large clean.safetensors "nothing" "nothing" ""
exits 0 "picket scan clean.safetensors --format json >clean.json"
holds clean.json 'any(s["bytes"] == 80 << 20 for s in d["scanned"]["skipped"])'

large header.safetensors "$(token 1)" "nothing" ""
exits 1 "picket scan header.safetensors" "$USER_TOKEN_RULE"

large tensor.safetensors "nothing" "$(token 2)" ""
exits 0 "picket scan tensor.safetensors" "tensors of large files"

large behind.safetensors "nothing" "$(token 3)" "x"
exits 1 "picket scan behind.safetensors" "$USER_TOKEN_RULE" safetensors.extra-bytes
