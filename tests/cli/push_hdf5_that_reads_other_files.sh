# An HDF5 file, also behind a user block and inside a .keras archive, with a link out of the folder.
. "$(dirname "$0")/common.sh"

needs_python
hdf5() {  # FILE START PATH
  "$PYTHON" - "$1" "$2" "$3" <<'END'
import struct, sys, zipfile
name, start, path = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
value = b"\0" + path + b"\0/d\0"
link = b"\x01\x18@\x01" + bytes([len(b"x")]) + b"x" + struct.pack("<H", len(value)) + value
data = bytes(start) + b"\x89HDF\r\n\x1a\n\0" + bytes(4) + b"\x08\x08" + bytes(80)
data += link if path else b"no link"
if name.endswith(".keras"):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", '{"class_name": "Sequential", "config": {}}')
        archive.writestr("model.weights.h5", data)
else:
    open(name, "wb").write(data)
END
}

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

hdf5 work/plain.h5 0 ""
save work "Add weights"
passes "git -C work push origin main"

for file in model.h5 model.keras weights.bin; do
  hdf5 "work/$file" 1024 /etc/hostname
  save work "Add a link"
  refused "git -C work push origin main" hdf5.external-link "$file" /etc/hostname
  git -C work reset -q --hard HEAD~1
done

hdf5 work/beside.h5 512 other.h5
save work "Add a link beside"
refused "git -C work push origin main" hdf5.external-link other.h5
