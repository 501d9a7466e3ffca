# The repository's own policy file can't switch the system's off.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt "$token"

for policy in '{"exclude": ["**"]}' '{"tiers": {"precise": "off"}}' \
  '{"tiers": {"precise": "warn"}}' '{"gaps": "warn"}' '{"weights": {"policy": "denylist"}}'; do
  echo "$policy" >server/picket.json
  undecided "git -C work push origin main" picket.json
done
echo '{"weights": {"policy": "safetensors-only"}}' >server/picket.json
refused "git -C work push origin main"
names a.txt 1 "$(oid work)" "$USER_TOKEN_RULE"

git -C work switch -q --orphan model
benign_state_dict work/model.pt
save work "A harmless pickle"
refused "git -C work push origin model" model.pt
rm server/picket.json
passes "git -C work push origin model"
