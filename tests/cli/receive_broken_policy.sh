# A server's policy file that can't be read, or holds a key that nobody knows.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base

for policy in '{"exclude": [' '[]' 'no JSON at all' '{"gaps": 7}' '{"gaps": "perhaps"}'; do
  echo "$policy" >server/picket.json
  undecided "git -C work push origin main" picket.json
done
: >server/picket.json
undecided "git -C work push origin main" picket.json
echo '{"wieghts": {}}' >server/picket.json
undecided "git -C work push origin main" picket.json wieghts weights

echo '{}' >server/picket.json
passes "git -C work push origin main"
