# An archive that loaders read differently is told with a fingerprint, so that it can be allowed.
. "$(dirname "$0")/common.sh"

needs_python zipfile
new_repository work
put work a.txt base
install_hooks work
"$PYTHON" -W ignore -c '
import pickle, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_STORED) as archive:
    archive.writestr("archive/data.pkl", pickle.dumps({"a": 1}, 2))
    archive.writestr("archive/data.pkl", pickle.dumps({"b": 2}, 2))
' work/model.pt
git -C work add .
refused "git -C work commit -m Add" zip.reader-disagreement model.pt "picket allow fp1:"
print=$(grep -o 'fp1:[0-9a-f]*' "$OUTPUT" | head -n 1)
exits 0 "cd work && picket allow $print --reason 'made so on purpose'"
git -C work add .
passes "git -C work commit -m Add" allowed
# Another file of that kind is not meant.
printf x >>work/model.pt
git -C work add .
refused "git -C work commit -m Change" zip.reader-disagreement
