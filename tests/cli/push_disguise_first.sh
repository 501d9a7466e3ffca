# What passes in one guise doesn't open the way for another: the same blob as another kind of file,
# under another name, and out of the history of an excluded path.
. "$(dirname "$0")/common.sh"

echo '{"exclude": ["vendor/**"]}' >policy.json
new_server server
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
new_clone server work
put work a.txt base
passes "git -C work push origin main"

# Nothing is called and no PROTO stands before it: only a name says that it is a pickle.
printf 'cmy.module\nf\n.' >work/notes.txt
ln -s "$(printf 'cother.module\nf\n.')" work/link
save work "As a text and as a link"
passes "git -C work push origin main"
printf 'cthird.module\nf\n.' >blob
git -C work tag straight "$(git -C work hash-object -w "$SCRATCH/blob")"
passes "git -C work push origin straight"

git -C work mv notes.txt model.pkl
save work "The text by another name"
refused "git -C work push origin main" model.pkl "$UNKNOWN_RULE"
git -C work reset -q --hard origin/main
cp work/notes.txt work/model.pkl
save work "A copy of the text"
refused "git -C work push origin main" model.pkl "$UNKNOWN_RULE"
git -C work reset -q --hard origin/main
git -C work update-index --add --cacheinfo "100644,$(oid work HEAD:link),link.pkl"
git -C work commit -q --no-verify -m "What the link held, as a file"
refused "git -C work push origin main" link.pkl "$UNKNOWN_RULE"
git -C work reset -q --hard origin/main
git -C work update-index --add --cacheinfo "100644,$(oid work straight),tag.pkl"
git -C work commit -q --no-verify -m "What the tag named, as a file"
refused "git -C work push origin main" tag.pkl "$UNKNOWN_RULE"
git -C work reset -q --hard origin/main

# Out of an excluded path, long after it is gone from there; and by way of a merge.
put work vendor/keys.txt "$(token)"
git -C work branch side
passes "git -C work push origin main side"
git -C work rm -q vendor/keys.txt
save work Remove
passes "git -C work push origin main"
git -C work update-index --add --cacheinfo "100644,$(oid work HEAD~1:vendor/keys.txt),src/keys.txt"
git -C work commit -q --no-verify -m "Back, elsewhere"
refused "git -C work push origin main" src/keys.txt "$USER_TOKEN_RULE"
git -C work reset -q --hard origin/main
git -C work merge -q --no-commit -s ours side 2>/dev/null
mkdir -p work/src
git -C work show side:vendor/keys.txt >work/src/keys.txt
save work "A merge that moves it"
refused "git -C work push origin main" src/keys.txt "$USER_TOKEN_RULE"
