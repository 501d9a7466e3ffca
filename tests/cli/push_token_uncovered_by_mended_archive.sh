# A token inside an archive whose tables were broken, and are mended without touching it.
. "$(dirname "$0")/common.sh"

needs_python
token=$(token)
new_server server
new_clone server work
"$PYTHON" - "$token" work/broken.zip work/whole.zip <<'END'
import sys, zipfile
token, broken, whole = sys.argv[1:]
with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("notes.txt", "aaaa\n" * 40 + token + "\n" + "bbbb\n" * 40)
content = open(whole, "rb").read()
for mark in (b"PK\3\4", b"PK\1\2", b"PK\5\6"):
    content = content.replace(mark, b"XX" + mark[2:])
open(broken, "wb").write(content)
END
mv work/whole.zip whole.zip
mv work/broken.zip work/data.zip
save work "Junk"
passes "git -C work push origin main"

mv whole.zip work/data.zip
save work "An archive"
refused "git -C work push origin main"
names data.zip "" "$(oid work)" "$USER_TOKEN_RULE"
