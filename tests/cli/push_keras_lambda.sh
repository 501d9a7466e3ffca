# A Keras model whose Lambda layer is nested two models deep.
. "$(dirname "$0")/common.sh"

keras_model() {  # FILE LAYER
  python3 - "$1" "$2" <<'EOF'
import json, sys, zipfile
def model(layers):
    return {"module": "keras", "class_name": "Sequential", "registered_name": "Sequential",
            "config": {"name": "m", "layers": layers}}
layer = {"module": "keras.layers", "class_name": sys.argv[2], "config": {"name": "l"},
         "registered_name": None}
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("metadata.json", json.dumps({"keras_version": "3.5.0"}))
    z.writestr("config.json", json.dumps(model([model([model([layer])])])))
EOF
}

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

keras_model work/model.keras Lambda
save work "Add a model"
refused "git -C work push origin main"
says keras.lambda-layer
says config.json
git -C work reset -q --hard HEAD~1

keras_model work/model.keras Dense
save work "Add a harmless model"
passes "git -C work push origin main"

keras_model nested.keras Lambda
exits 1 "picket explain nested.keras"
says keras.lambda-layer
