# On a server a comment in what is pushed counts only where the system's policy honours it.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work .picket.json '{"inline": ["picket", "gitleaks"]}'
put work a.py "key = '$token'  # picket:allow $USER_TOKEN_RULE"
refused "git -C work push origin main" "a.py:1:" "server.honour"
echo '{"inline": ["picket"]}' >server/picket.json
refused "git -C work push origin main" "a.py:1:"

echo '{"server": {"honour": ["inline"]}}' >system.json
arm server "$POLICY_OPTION '$SCRATCH/system.json'"
put work b.py "key = '$(token 2)'  # gitleaks:allow"
refused "git -C work push origin main" "b.py:1:" "1 allowed"
# Nor may the repository's own policy on the server honour more words than the system's.
echo '{"inline": ["gitleaks"]}' >server/picket.json
undecided "git -C work push origin main" inline
rm server/picket.json
git -C work reset -q --hard HEAD~1
passes "git -C work push origin main" "allowed by a comment" "a.py:1:"
