# What a file can't do by itself is told and blocks nothing: operators that only a library can run,
# code of another repository.
. "$(dirname "$0")/common.sh"

needs_python
onnx() {  # FILE DOMAIN [PATH]
  "$PYTHON" - "$@" <<'END'
import sys
def field(number, value):
    return bytes([number << 3 | 2, len(value)]) + value
node = field(1, field(4, b"Foo") + field(7, sys.argv[2].encode()))
if len(sys.argv) > 3:
    node += field(5, field(13, field(1, b"location") + field(2, sys.argv[3].encode())))
open(sys.argv[1], "wb").write(b"\x08\x09" + field(7, node))
END
}

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

onnx work/model.onnx acme.ops
echo '{"auto_map": {"AutoModel": "acme/model--modeling_acme.Model"}}' >work/config.json
save work "Add a model of our own"
passes "git -C work push origin main" onnx.custom-operator acme.ops config.remote-code \
  acme/model--modeling_acme.Model

onnx work/model.onnx com.microsoft
save work "Operators of the runtime"
passes "git -C work push origin main"
says_not onnx.custom-operator

onnx work/model.onnx acme.ops ../../data
save work "Tensors from elsewhere"
refused "git -C work push origin main" onnx.external-path ../../data
