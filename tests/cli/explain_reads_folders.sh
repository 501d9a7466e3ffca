# A folder, and the layout of the Hugging Face Hub's cache: one line for each weight file, details
# where there is something to act on.
. "$(dirname "$0")/common.sh"
needs_python

hub=hub/models--acme--model
mkdir -p $hub/blobs $hub/snapshots/aaa $hub/snapshots/bbb $hub/refs
echo aaa >$hub/refs/main
benign_state_dict $hub/blobs/b1
"$PYTHON" - $hub/blobs/b2 <<'END'
import struct, sys
header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
open(sys.argv[1], "wb").write(struct.pack("<Q", len(header)) + header + bytes(4))
END
echo "A model." >$hub/blobs/b3
for revision in aaa bbb; do
  ln -s ../../blobs/b1 $hub/snapshots/$revision/pytorch_model.bin
  ln -s ../../blobs/b2 $hub/snapshots/$revision/model.safetensors
  ln -s ../../blobs/b3 $hub/snapshots/$revision/README.md
done

exits 0 "picket explain hub" "harmless  hub/models--acme--model/snapshots/aaa/pytorch_model.bin" \
  "harmless  hub/models--acme--model/snapshots/aaa/model.safetensors" "1 other name)" \
  "2 weight files among 4 files: 2 harmless."
not grep -q README "$OUTPUT" || fail "a text is listed as a weight file"
not grep -q OrderedDict "$OUTPUT" || fail "harmless files are told in detail"
# One revision: its links lead to blobs/, which stands beside it in the same repository.
exits 0 "picket explain $hub/snapshots/bbb" "2 weight files among 3 files"
exits 0 "picket explain hub -q"
[ ! -s "$OUTPUT" ] || fail "explain -q spoke"

# What blocks comes with its details, whatever its name.
armed_pickle $hub/blobs/b4 2
ln -s ../../blobs/b4 $hub/snapshots/bbb/notes.txt
exits 1 "picket explain hub" "dangerous  hub/models--acme--model/snapshots/bbb/notes.txt" \
  "calls posix.system" "1 dangerous, 2 harmless"
exits 1 "picket explain hub --format json >hub.json"
holds hub.json 'd["counts"]["dangerous"] == 1 and d["counts"]["weight_files"] == 3' \
  '{f["verdict"] for f in d["files"]} == {"harmless", "dangerous"}' \
  'all(f["file"].startswith("hub/models--acme--model/snapshots/") for f in d["files"])'
exits 1 "picket explain hub --suggest" "is not suggested"
rm $hub/snapshots/bbb/notes.txt $hub/blobs/b4

# What can't be read is no pass: a file that is cut, one that Git LFS keeps elsewhere, a link that
# leads out of the folder.
mkdir plain
printf '\200\002ccollections\nOrderedDict\n)R' >plain/cut.pkl
exits 2 "picket explain plain" "not read  plain/cut.pkl" "can't be read beyond"
rm plain/cut.pkl
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 9\n' 0 >plain/model.bin
exits 2 "picket explain plain" "git lfs pull"
exits 2 "picket explain plain/model.bin" "git lfs pull"
rm plain/model.bin
ln -s "$SCRATCH/$hub/blobs/b1" plain/outside.pt
exits 2 "picket explain plain" "not followed: plain/outside.pt" "leads out of the folder"
rm plain/outside.pt
ln -s nowhere plain/notes.txt
ln -s . plain/loop
exits 0 "picket explain plain" "not followed: plain/notes.txt" "leads nowhere" "0 weight files"
