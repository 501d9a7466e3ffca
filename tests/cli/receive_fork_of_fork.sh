# Forks share objects through a chain of alternates, relative at every link.
. "$(dirname "$0")/common.sh"

token=$(token)
new_bare pool
new_clone pool work
put work a.txt "$(seq 30)"
smuggle work origin main
mkdir -p forks/deep
git clone -q --bare pool forks/one
git clone -q --bare pool forks/deep/two
rm -rf forks/one/objects/pack/* forks/deep/two/objects/pack/*
find forks -path '*objects/??/*' -type f -delete
echo ../../../pool/objects >forks/one/objects/info/alternates
printf '# a comment\n../../../one/objects\n' >forks/deep/two/objects/info/alternates
watch forks/deep/two
arm forks/deep/two
git -C forks/deep/two cat-file -e main || fail "git can't read the chain itself"
put work b.txt "$token"

refused "git -C work push 'file://$SCRATCH/forks/deep/two' main"
names b.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
git -C work reset -q --hard HEAD~1
put work a.txt "$(seq 31)"
passes "git -C work push 'file://$SCRATCH/forks/deep/two' main"
