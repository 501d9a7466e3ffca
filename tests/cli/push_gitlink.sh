# A submodule's commit is named in the tree and is not there to be read.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
foreign=$(echo elsewhere | git -C work hash-object --stdin)
git -C work update-index --add --cacheinfo "160000,$foreign,module"
tick
git -C work commit -q -m "Add a module"

passes "git -C work push origin main"
install_hooks work
git -C work update-index --add --cacheinfo "160000,$foreign,other"
passes "git -C work commit -m 'Add another'"
