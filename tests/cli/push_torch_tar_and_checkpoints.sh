# Torch's oldest form, a tar archive, and its distributed checkpoints, many zip files in one: a
# pickle that runs code is found in each part, and honest ones pass.
. "$(dirname "$0")/common.sh"

armed_pickle armed.pkl 0
torch_file() {  # FILE PLACE: armed.pkl stands at that place, nowhere for "none"
  "$PYTHON" - "$1" "$2" <<'END'
import io, pickle, struct, sys, tarfile, zipfile
name, place = sys.argv[1:]
armed = open("armed.pkl", "rb").read()
def pick(here, honest):
    return armed if place == here else honest
if name.endswith(".distcp"):
    with open(name, "wb") as out:
        for index in range(20):
            part = io.BytesIO()
            with zipfile.ZipFile(part, "w") as archive:
                archive.writestr("archive/data.pkl", pick(str(index), pickle.dumps({"a": 1}, 2)))
                archive.writestr("archive/data/0", bytes(16))
            out.write(part.getvalue())
else:
    storage = b"\x80\x02(K\0X\x03\0\0\0cpuctorch\nFloatStorage\nt."
    tensor = b"\x80\x02K\0K\0ctorch\nFloatTensor\n\x87."
    numbers = struct.pack("<q5f", 5, 1, 2, 3, 4, 5)
    shape = struct.pack("<iiqqq", 1, 0, 5, 1, 0)
    parts = {"sys_info": pick("sys_info", pickle.dumps({"protocol_version": 1000}, 2)),
             "pickle": pick("pickle", b"\x80\x02}."),
             "tensors": b"\x80\x02K\x02." + tensor + shape + pick("tensors", tensor) + shape,
             "storages": b"\x80\x02K\x01." + storage + numbers + pick("storages", b"\x80\x02].")}
    with tarfile.open(name, "w") as archive:
        for member, data in parts.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
END
}

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

torch_file work/model.pt none
torch_file work/__0_0.distcp none
save work "Add checkpoints"
passes "git -C work push origin main"

for place in sys_info pickle tensors storages; do
  torch_file work/model.pt $place
  save work "Arm $place"
  refused "git -C work push origin main" "$DANGEROUS_RULE" "$place"
  git -C work reset -q --hard HEAD~1
done
for place in 0 1 7 18 19; do
  torch_file work/__0_0.distcp $place
  save work "Arm part $place"
  refused "git -C work push origin main" "$DANGEROUS_RULE" data.pkl
  git -C work reset -q --hard HEAD~1
done
