# A submodule's repository lies inside its parent's.
. "$(dirname "$0")/common.sh"

token=$(token)
new_bare library
new_clone library library-work
put library-work a.txt base
smuggle library-work origin main
new_repository work
git -C work submodule --quiet add "file://$SCRATCH/library" module 2>/dev/null
save work "Add the module"
watch work/module
install_hooks work/module
install_hooks work
echo "$token" >work/module/b.txt
git -C work/module add b.txt

refused "git -C work/module commit -m Change"
names b.txt 1 "" "$USER_TOKEN_RULE"

echo fine >work/module/b.txt
git -C work/module add b.txt
passes "git -C work/module commit -m Change"
git -C work add module
passes "git -C work commit -m 'Move the module on'"
