# A pickle that only a second load, or a reader of local zip headers, would come to.
. "$(dirname "$0")/common.sh"

needs_python
new_server server
new_clone server work
put work a.txt base
smuggle work origin main

armed_pickle armed
(printf 'N.' && cat armed) >work/model.pkl
save work "Behind a stream of one opcode"
refused "git -C work push origin main" model.pkl "$DANGEROUS_RULE"

git -C work reset -q --hard origin/main
"$PYTHON" -c '
import struct, sys, zipfile
with zipfile.ZipFile("plain.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("w/model.pkl", open("armed", "rb").read())
data = bytearray(open("plain.zip", "rb").read())
struct.pack_into("<II", data, data.rfind(b"PK\x01\x02") + 20, 0, 0)
open("work/weights.zip", "wb").write(data)'
save work "A directory that says the member is empty"
refused "git -C work push origin main" weights.zip "$DANGEROUS_RULE"

git -C work reset -q --hard origin/main
# Nothing is called and no PROTO stands before it: only a name says that it is a pickle.
"$PYTHON" -c 'import zlib; open("work/model.joblib", "wb").write(zlib.compress(b"cmy.module\nf\n."))'
for copy in $(seq 10 40); do cp work/model.joblib "work/a$copy"; done
save work "One name among many"
refused "git -C work push origin main" "$UNKNOWN_RULE"
