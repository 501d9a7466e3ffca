# The exit status of `picket explain` is what `picket scan` would end with for the weights in the same
# files, under the same policy.
. "$(dirname "$0")/common.sh"
needs_python

# made FILE MODULE NAME: a pickle that calls an organisation's own class.
made() {
  "$PYTHON" -c '
import sys
path, module, name = sys.argv[1:]
open(path, "wb").write(b"c%s\n%s\n)\x81." % (module.encode(), name.encode()))' "$@"
}

# both STATUS FILE OPTION...
both() {
  expected=$1
  file=$2
  shift 2
  exits "$expected" "picket scan $file $*"
  exits "$expected" "picket explain $file $*"
}

made ours.pkl ourlib Model
armed_pickle armed.pkl 4
benign_state_dict model.pt
printf '\200\002ccollections\nOrderedDict\n)R' >cut.pkl

both 1 ours.pkl
says "unknown" "picket scan blocks this under the same policy: pickle.unknown-global."
both 1 armed.pkl
says "pickle.dangerous-global"
both 0 model.pt
says_not "picket scan"
both 2 cut.pkl
says "picket scan can't tell whether this is harmless"

exits 1 "picket explain ours.pkl --format json >ours.json"
holds ours.json 'd["verdict"] == "unknown"' \
  'd["scan"] == {"outcome": "blocked", "rules": ["pickle.unknown-global"]}'

# What the policy says counts: its names, its mode, its allowances, its word on gaps.
echo '{"weights": {"allow": ["ourlib.Model"]}}' >allow.json
both 0 ours.pkl --policy allow.json
echo '{"weights": {"policy": "denylist"}}' >denylist.json
both 0 ours.pkl --policy denylist.json
both 1 armed.pkl --policy denylist.json
echo '{"weights": {"policy": "safetensors-only"}}' >strict.json
both 1 model.pt --policy strict.json
echo '{"gaps": "warn"}' >gaps.json
both 0 cut.pkl --policy gaps.json

# A folder ends as its worst file.
mkdir folder
cp model.pt folder
both 0 folder
cp ours.pkl folder
both 1 folder
exits 1 "picket explain folder --format json >folder.json"
holds folder.json 'd["scan"]["outcome"] == "blocked"'
both 0 folder --policy allow.json
cp cut.pkl folder
both 2 folder --policy allow.json

# With --suggest, as if the policy held what it suggests.
exits 0 "picket explain ours.pkl --suggest >suggested.json"
exits 0 "picket scan ours.pkl --policy suggested.json"

# Secrets are no part of it.
token 1 >folder/notes.txt
rm folder/cut.pkl folder/ours.pkl
exits 1 "picket scan folder" "$USER_TOKEN_RULE"
exits 0 "picket explain folder"
