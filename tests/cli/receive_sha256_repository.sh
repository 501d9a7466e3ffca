# A repository with 64-digit object names can't be judged yet; the sentence says so.
. "$(dirname "$0")/common.sh"

git init -q --bare --object-format=sha256 server 2>/dev/null || skip "this git knows no SHA-256"
watch server
arm server
git init -q --object-format=sha256 work
watch work
git -C work remote add origin "file://$SCRATCH/server"
put work a.txt base

undecided "git -C work push origin main" SHA-256
install_hooks work
echo changed >work/a.txt
undecided "git -C work commit -a -m Change" SHA-256
exits 2 "picket audit work" SHA-256
