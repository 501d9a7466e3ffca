# A linked worktree has an index of its own, named by an absolute path.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
install_hooks work
git -C work worktree add -q ../linked 2>/dev/null
watch linked
mkdir linked/deep
printf '\n\n%s\n' "$token" >linked/deep/b.txt
git -C linked add deep

refused "cd linked/deep && git commit -m Change"
names deep/b.txt 3 "" "$USER_TOKEN_RULE"

echo base >linked/deep/b.txt
git -C linked add deep
passes "cd linked/deep && git commit -m Change"
