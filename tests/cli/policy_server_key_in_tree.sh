# What travels with the content has no say over servers: the key is refused, not ignored.
. "$(dirname "$0")/common.sh"

new_repository work
put work a.txt base
new_bare server
install_hooks work
echo '{"server": {}}' >work/.picket.json
git -C work add .
undecided "git -C work commit -m Add" server .picket.json
git -C work commit -q --no-verify -m Add
undecided "git -C work push '$SCRATCH/server' main" server .picket.json
# A key that is near is proposed; one that is near nothing lists what there is.
echo '{"exclud": []}' >work/.picket.json
git -C work add .
undecided "git -C work commit -m Add" 'nearest valid key is "exclude"'
echo '{"whatever": []}' >work/.picket.json
git -C work add .
undecided "git -C work commit -m Add" 'valid keys are "tiers"'
says_not nearest
