# 7z archives are looked into: stored, LZMA and LZMA2, solid, with a list of members that is packed
# itself; and behind a program that extracts them. A member that is encrypted is named and lets
# nothing pass, and so does a RAR archive.
. "$(dirname "$0")/common.sh"

needs_python
token=$(token)
new_server server
new_clone server work
put work readme.txt start
smuggle work origin main
printf 'first line\ntoken = %s\n' "$token" >settings.ini
printf 'nothing to see\n' >notes.txt
armed_pickle armed.pkl

# seven_zip FILE CODER HEADER MEMBER...: HEADER is plain or packed.
seven_zip() {
  "$PYTHON" - "$@" <<'END'
import lzma, struct, sys, zlib
name, coder, header, members = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
def number(value):
    return bytes([value]) if value < 128 else b"\xff" + struct.pack("<Q", value)
LZMA1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}
LZMA2 = {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}
def raw(data, chain):
    return lzma.compress(data, lzma.FORMAT_RAW, filters=[chain])
def coded(data, kind):
    if kind == "lzma":
        return raw(data, LZMA1), b"\x23\x03\x01\x01\x05\x5d" + struct.pack("<I", 1 << 16)
    if kind == "lzma2":
        return raw(data, LZMA2), b"\x21\x21\x01\x08"
    if kind == "encrypted":
        return data[::-1], b"\x24\x06\xf1\x07\x01\x02\x13\x00"
    return data, b"\x01\x00"
def streams(at, packed, folder, sizes):
    info = b"\x06" + number(at) + b"\x01\x09" + number(len(packed)) + b"\x00"
    info += b"\x07\x0b\x01\x00\x01" + folder + b"\x0c" + number(sum(sizes)) + b"\x00"
    if len(sizes) > 1:
        info += b"\x08\x0d" + number(len(sizes)) + b"\x09"
        info += b"".join(number(size) for size in sizes[:-1]) + b"\x00"
    return info + b"\x00"
contents = [open(member, "rb").read() for member in members]
packed, folder = coded(b"".join(contents), coder)
names = b"\x00" + b"".join((member + "\0").encode("utf-16-le") for member in members)
listed = b"\x01\x04" + streams(0, packed, folder, [len(data) for data in contents])
listed += b"\x05" + number(len(members)) + b"\x11" + number(len(names)) + names + b"\x00\x00"
if header == "packed":
    again, folder = coded(listed, "lzma")
    listed = b"\x17" + streams(len(packed), again, folder, [len(listed)])
    packed += again
start = struct.pack("<QQI", len(packed), len(listed), zlib.crc32(listed))
with open(name, "wb") as out:
    out.write(b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start)
    out.write(packed + listed)
END
}

blocked() { # FILE RULE
  save work "Add $1"
  refused "git -C work push origin main"
  names "$1" '' "$(oid work)" "$2"
  git -C work reset -q --hard HEAD~1
}

for coder in copy lzma lzma2; do
  for header in plain packed; do
    seven_zip work/files.7z $coder $header notes.txt settings.ini
    blocked files.7z "$USER_TOKEN_RULE"
    seven_zip work/model.7z $coder $header notes.txt armed.pkl
    blocked model.7z "$DANGEROUS_RULE"
    says armed.pkl
    seven_zip work/clean-$coder-$header.7z $coder $header notes.txt
  done
done
save work 'Clean archives'
passes "git -C work push origin main"

seven_zip work/locked.7z encrypted packed notes.txt settings.ini
save work 'An archive with a password'
undecided "git -C work push origin main" locked.7z settings.ini 'it is encrypted'
git -C work reset -q --hard HEAD~1
seven_zip work/cut.7z lzma plain notes.txt
head -c 60 work/cut.7z >cut && mv cut work/cut.7z
save work 'Half an archive'
undecided "git -C work push origin main" cut.7z
git -C work reset -q --hard HEAD~1

seven_zip model.7z lzma packed notes.txt armed.pkl
{ printf 'MZ'; head -c 5000 /dev/zero; cat model.7z; } >work/pytorch_model.bin
blocked pytorch_model.bin "$DANGEROUS_RULE"
says armed.pkl
printf 'Rar!\032\007\001\000' >work/model.rar
save work 'An archive of another kind'
undecided "git -C work push origin main" model.rar 'it is a RAR archive'
