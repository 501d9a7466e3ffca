# A policy file that can't be read is no licence: the sentence names the file and the key.
. "$(dirname "$0")/common.sh"

new_repository work
put work a.txt base
install_hooks work
printf '{"exclude": [\n' >work/.picket.json
git -C work add .picket.json
undecided "git -C work commit -m Change" .picket.json

printf '{"exlude": []}\n' >work/.picket.json
git -C work add .picket.json
undecided "git -C work commit -m Change" .picket.json exlude exclude
