# A secret never leaves: planted wherever one can stand, nothing that picket writes holds a piece of
# one - no stream, no JSON, no cache, no file of its own.
. "$(dirname "$0")/common.sh"

# Every place has a token of its own, so that a leak tells where it comes from.
seed=100
new_token() {
  seed=$((seed + 1))
  planted=$(token $seed)
}

leaks= # What leaked, all told at the end.
everything() { # COMMAND: runs it in every way of reporting; whatever it ends with
  for format in "" "--format json" "--stats" "-q"; do
    # Under the sanitizers every run takes ten times as long.
    case ${PICKET_SANITIZED:-}$format in ON--stats | ON-q) continue ;; esac
    for command in "$@"; do
      (eval "$command $format") >"$SCRATCH/.state/all" 2>&1 </dev/null || true
      # Git's own lines are not ours.
      grep -v -e '^ [-!*+=] ' -e '^\[' -e '^error: failed to push' "$SCRATCH/.state/all" >"$OUTPUT" || true
      sed -n 's/^........\(............\).*/\1/p; s/^....................\(............\).*/\1/p' \
        "$TOKENS" >"$SCRATCH/.state/pieces"
      if grep -q -F -f "$SCRATCH/.state/pieces" "$OUTPUT"; then
        leaks="$leaks
$command $format: $(grep -n -F -f "$SCRATCH/.state/pieces" "$OUTPUT" | head -n 3 | cut -c 1-300)"
      fi
    done
  done
}

XDG_CACHE_HOME=$SCRATCH/cache
export XDG_CACHE_HOME
new_server server
new_repository work
git -C work remote add origin "file://$SCRATCH/server"

# Content, names of files and folders, links, an archive's member, a notebook, UTF-16, base64.
new_token; put work a.txt "key = $planted"
new_token; put work "$planted.txt" x
new_token; put work "dir-$planted/x.txt" x
new_token; ln -s "$planted" work/link
new_token; printf '%s' "$planted" | base64 >work/encoded.txt
new_token; put work notebook.ipynb "{\"cells\": [{\"source\": [\"k='$planted'\"]}]}"
new_token; printf '%s' "$planted" | iconv -t UTF-16LE >work/wide.txt 2>/dev/null || true
needs_python zipfile
new_token
"$PYTHON" -c '
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr(sys.argv[2] + "/data.pkl", b"\x80\x02cno\nsuch\n)R.")
    archive.writestr("plain.txt", sys.argv[2])
' work/model.pt "$planted"
new_token
printf '\200\002c%s\nname\n)R.' "$planted" >work/global.pkl
new_token
printf '\200\002cposix\nsystem\nX\054\000\000\000 echo %s\205R.' "$planted" >work/call.pkl
save work "Plant"

# Message, note, author, header, branch, tag and its message.
new_token; save work "Message with $planted"
new_token; git -C work notes add -m "note $planted"
new_token; git -C work -c user.name="A $planted" commit -q --allow-empty --no-verify -m Author
new_token; git -C work -c user.email="$planted@example.com" commit -q --allow-empty --no-verify -m Mail
new_token
git -C work cat-file commit HEAD | sed "1a\\
x-header $planted" >raw
header=$(git -C work hash-object -t commit -w "$SCRATCH/raw")
git -C work update-ref refs/heads/header "$header"
new_token; git -C work branch "branch-$planted"
new_token; git -C work tag "tag-$planted"
new_token; git -C work tag -a -m "tag message $planted" annotated

everything "picket audit work" "picket audit work --no-cache" "picket audit work --report-unused"
everything "picket scan work" "picket explain work/global.pkl" "picket explain work/call.pkl" \
  "picket explain work/model.pt" "picket baseline work"
cp work/.picket-baseline baseline
everything "git -C work push origin --all" "git -C work push origin --tags" \
  "git -C work push origin 'refs/notes/*:refs/notes/*'"
git -C work ls-remote -q origin >refs
[ ! -s refs ] || fail "a push was let in"

# The local hooks.
install_hooks work
new_token; echo "$planted" >work/staged.txt
git -C work add .
everything "git -C work commit -m Add"
git -C work reset -q --hard
new_token
everything "git -C work commit --allow-empty -m 'message $planted'"

# Damage: an object that can't be read, at a path and on a branch with a token.
git clone -q --no-local work broken 2>/dev/null
blob=$(git -C broken rev-parse HEAD:a.txt)
git -C broken unpack-objects -q <"$(echo broken/.git/objects/pack/*.pack)" 2>/dev/null || true
mkdir packs && mv broken/.git/objects/pack/* packs/
for pack in packs/*.pack; do git -C broken unpack-objects -q <"$pack"; done
new_token
mkdir "broken/$planted"
git -C broken mv a.txt "$planted/b.txt"
git -C broken commit -q --no-verify -m Move
object=broken/.git/objects/$(printf %.2s "$blob")/$(printf %s "$blob" | cut -c 3-)
chmod u+w "$object" && printf broken >"$object"
everything "picket audit broken"

# Policies: keys, values and names of files.
new_token
policy=policy-$planted.json
for text in "{\"$planted\": 1}" "{\"gaps\": \"$planted\"}" "{\"exclude\": [\"[$planted\"]}" \
  "{\"exclude\": [\"$planted\"]}" "{\"weights\": {\"allow\": [\"$planted\"]}}" \
  "{\"server\": {\"repo_may\": [\"$planted\"]}}" "{\"server\": {\"honour\": [\"$planted\"]}}" \
  "{\"fingerprint_key_file\": \"/$planted\"}" "{\"baseline\": \"$planted\"}" "$planted" \
  "{\"allow\": [{\"fingerprint\": \"$planted\", \"reason\": \"x\"}]}" \
  "{\"allow\": [{\"fingerprint\": \"fp1:$zero\", \"reason\": \"$planted\", \"owner\": \"$planted\"}]}" \
  "{\"allow\": [{\"fingerprint\": \"fp1:$zero\", \"reason\": \"$planted\", \"expires\": \"$planted\"}]}"; do
  printf '%s\n' "$text" >"$policy"
  everything "picket scan work/a.txt --policy $policy" \
    "picket audit work --report-unused --policy $policy" \
    "picket allow fp1:$zero --reason x --policy $policy" \
    "picket explain work/a.txt --policy $policy"
done
printf '# picket baseline 1\nkey public\n%s\n' "$planted" >lines
echo '{"baseline": "lines"}' >"$policy"
everything "picket scan work/a.txt --policy $policy"
printf '# picket baseline 1\nkey public\nfp1:%s %s %s\n' "$zero" "$planted" "$planted" >lines
everything "picket audit work --report-unused --policy $policy"

# What is typed: verbs, options, paths, values; repositories and folders of rules.
new_token
everything "picket '$planted'" "picket scan '$planted'" "picket audit '$planted'" \
  "picket explain '$planted'" "picket scan . --policy '$planted'" "picket scan . --rules '$planted'" \
  "picket --$planted scan ." "picket scan . --format '$planted'" "picket scan . --threads '$planted'" \
  "picket rules show '$planted'" "picket rules list --rules '$planted'" \
  "picket rules check --rules '$planted'" "picket rules compile --output '/proc/$planted'" \
  "picket allow '$planted' --reason x" "picket allow fp1:$zero --reason '$planted'" \
  "picket allow fp1:$zero --reason x --owner '$planted'" \
  "picket allow fp1:$zero --reason x --expires '$planted'" "picket allow --import '$planted'" \
  "picket allow fp1:$zero '$planted' --reason x" "picket baseline '$planted'" \
  "picket baseline work --output '/proc/$planted'" "picket baseline work --output '$planted/x'" \
  "picket install --repo '$planted'" "picket install --server '$planted'" \
  "picket uninstall --repo '$planted'" "picket doctor --repo '$planted'" \
  "picket commit-msg '$planted'" "picket pre-push '$planted'" \
  "cd work && echo '$planted x y z' | picket pre-push origin '$planted'" \
  "cd server && echo '$planted' | picket pre-receive"
mkdir "folder-$planted" && cp -r work "folder-$planted/work"
mkdir -p "folder-$planted/patterns/secrets"
cp "$PICKET_SOURCE"/patterns/*.json "folder-$planted/patterns/"
cp "$PICKET_SOURCE/patterns/secrets/huggingface.json" "folder-$planted/patterns/secrets/"
everything "picket audit 'folder-$planted/work'" "picket baseline 'folder-$planted/work'" \
  "cd 'folder-$planted/work' && picket allow fp1:$zero --reason x" \
  "picket install --repo 'folder-$planted/work'" "picket doctor --repo 'folder-$planted/work'" \
  "picket rules list --rules 'folder-$planted/patterns'" \
  "picket rules compile --rules 'folder-$planted/patterns' --output 'folder-$planted/compiled'" \
  "picket rules check --rules 'folder-$planted/patterns'" \
  "picket uninstall --repo 'folder-$planted/work'"
cp -r work "mode-$planted"
chmod 000 "mode-$planted/.git" "mode-$planted/a.txt"
everything "picket audit 'mode-$planted'" "picket scan 'mode-$planted'"
chmod 755 "mode-$planted/.git"

# Lists of other tools.
printf '%s\n%s:%s:1\n%s:a.txt:x:1\n' "$planted" "$planted" "$planted" "$zero" >ignore
everything "cd work && picket allow --import ../ignore"
printf '{"results": {"%s": [{"hashed_secret": "%s", "line_number": 1}]}}' "$planted" "$planted" >ignore
everything "cd work && picket allow --import ../ignore"

# What it has left on the disk: rules of a folder are kept in the cache.
everything "picket audit work --rules 'folder-$planted/patterns'"
sed -n 's/^........\(............\).*/\1/p' "$TOKENS" >"$SCRATCH/.state/pieces"
if grep -r -l -F -f "$SCRATCH/.state/pieces" cache baseline; then
  leaks="$leaks
on the disk"
fi
: >"$OUTPUT"
[ ! "$leaks" ] || fail "a token leaks from:$leaks"
[ -s cache/picket/secrets.rules ] || fail "there is no cache to look at"
