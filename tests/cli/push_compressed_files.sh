# Every compressor's files are looked into: tokens and pickles in them are found, alone, around a
# tar archive, one in another, in a zip member, and in two streams of which each holds half.
. "$(dirname "$0")/common.sh"

needs_python
token=$(token)
new_server server
new_clone server work
put work readme.txt start
smuggle work origin main
printf 'first line\ntoken = %s\n' "$token" >settings.ini
armed_pickle armed.pkl

blocked() { # FILE RULE
  save work "Add $1"
  refused "git -C work push origin main"
  names "$1" '' "$(oid work)" "$2"
  git -C work reset -q --hard HEAD~1
}

# pack HOW: standard input, compressed.
pack() {
  case $1 in
    zst) zstd -q -c ;;
    lz4) lz4 -q -c ;;
    *) "$PYTHON" -c '
import bz2, gzip, lzma, sys, zlib
data = sys.stdin.buffer.read()
pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "z": zlib.compress,
        "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
        "zf": lambda data: b"ZF" + hex(len(data)).encode().ljust(19) + zlib.compress(data)}
sys.stdout.buffer.write(pack[sys.argv[1]](data))' "$1" ;;
  esac
}

tar -cf backup.tar settings.ini
tried=0
for how in gz bz2 xz lzma z zf zst lz4; do
  case $how in
    zst) command -v zstd >/dev/null 2>&1 || continue ;;
    lz4) command -v lz4 >/dev/null 2>&1 || continue ;;
  esac
  pack $how <settings.ini >"work/settings.ini.$how"
  blocked "settings.ini.$how" "$USER_TOKEN_RULE"
  pack $how <backup.tar >"work/backup.tar.$how"
  blocked "backup.tar.$how" "$USER_TOKEN_RULE"
  pack $how <armed.pkl >"work/model.pkl.$how"
  blocked "model.pkl.$how" "$DANGEROUS_RULE"
  printf 'nothing to see\n' | pack $how >"work/clean.$how"
  tried=$((tried + 1))
done
[ "$tried" -ge 6 ] || fail "only $tried compressors were tried"
save work 'Clean files'
passes "git -C work push origin main"

pack xz <settings.ini | pack bz2 >work/twice.bz2
blocked twice.bz2 "$USER_TOKEN_RULE"
{
  head -c 30 settings.ini | pack xz
  tail -c +31 settings.ini | pack lzma
} >work/halves.xz
blocked halves.xz "$USER_TOKEN_RULE"
"$PYTHON" -c '
import sys, zipfile
for method in ("BZIP2", "LZMA"):
    with zipfile.ZipFile("work/%s.zip" % method, "w", getattr(zipfile, "ZIP_" + method)) as archive:
        archive.write("settings.ini")'
mv work/LZMA.zip .
blocked BZIP2.zip "$USER_TOKEN_RULE"
mv LZMA.zip work
blocked LZMA.zip "$USER_TOKEN_RULE"

# What can't be read to its end, or would fill the memory, lets nothing pass.
letters 20000 3 | pack xz >work/broken.xz
printf 'damaged by hand' | dd of=work/broken.xz bs=1 seek=4000 conv=notrunc 2>/dev/null
save work 'A file that is damaged'
undecided "git -C work push origin main" broken.xz 'its compressed bytes are damaged'
git -C work reset -q --hard HEAD~1
"$PYTHON" -c '
import bz2, sys
sys.stdout.buffer.write(bz2.compress(bytes(100 << 20)))' >work/bomb.bz2
save work 'A file that is a bomb'
undecided "git -C work push origin main" bomb.bz2 'it is larger, inflated'
