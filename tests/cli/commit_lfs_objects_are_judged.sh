# Before a commit and before a push the object of a pointer is here, and judged; what an earlier
# object of the same path held is no news.
. "$(dirname "$0")/common.sh"
git lfs version >/dev/null 2>&1 || skip 'git-lfs is not here'

new_repository work
(cd work && git lfs install --local && git lfs track '*.txt' '*.pt') >/dev/null
save work "Track"
install_hooks work

printf 'nothing\n%s\n' "$(token 1)" >work/notes.txt
git -C work add notes.txt
refused "git -C work commit -m leak" "$USER_TOKEN_RULE" "in its LFS object" notes.txt:2
armed_pickle work/model.pt
git -C work add model.pt
refused "git -C work commit -m leak" "$DANGEROUS_RULE" "of its LFS"
git -C work rm -q --cached model.pt
rm work/model.pt

# Past the gate; from here on it is old.
save work "Leak"
printf 'nothing\n%s\nmore\n' "$(token 1)" >work/notes.txt
git -C work add notes.txt
passes "git -C work commit -m more" pre-existing
git -C work mv notes.txt moved.txt
passes "git -C work commit -m move"
printf '%s\n%s\n' "$(token 1)" "$(token 1)" >work/moved.txt
git -C work add moved.txt
refused "git -C work commit -m again" "$USER_TOKEN_RULE"
git -C work checkout -q HEAD -f
printf 'nothing\n%s\n%s\n' "$(token 1)" "$(token 2)" >work/moved.txt
git -C work add moved.txt
refused "git -C work commit -m second" "$USER_TOKEN_RULE"
git -C work reset -q --hard

# An object that is not here is said, and no veto.
rm -rf work/moved.txt work/.git/lfs/objects
pointer=$(git -C work rev-parse HEAD:moved.txt)
git -C work update-index --add --cacheinfo "100644,$pointer,moved-again.txt"
passes "git -C work commit -m absent" "no Git LFS store"

# lfs.storage is where git-lfs puts them; the tree has no say in it.
new_repository elsewhere
(cd elsewhere && git lfs install --local && git lfs track '*.txt') >/dev/null
git -C elsewhere config lfs.storage "$SCRATCH/storage"
save elsewhere "Track"
install_hooks elsewhere
printf '%s\n' "$(token 3)" >elsewhere/notes.txt
git -C elsewhere add notes.txt
[ -d storage/objects ] || fail "git-lfs does not use lfs.storage"
refused "git -C elsewhere commit -m leak" "in its LFS object"
git -C elsewhere reset -q
printf '{"lfs": {"stores": [{"path": "/"}]}}' >elsewhere/.picket.json
rm elsewhere/notes.txt
git -C elsewhere add .picket.json
undecided "git -C elsewhere commit -m policy" lfs.stores
