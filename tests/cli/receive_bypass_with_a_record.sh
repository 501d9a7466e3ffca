# Somebody whom the server's policy names may let one finding pass, with a reason; it is written down.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
git -C server config receive.advertisePushOptions true
new_clone server work
put work a.txt "$token"
policy() {
  cat >policy.json <<END
{"server": {"log": "$SCRATCH/log.jsonl", "bypass": [$1]}}
END
}
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
policy '{"identities": ["gitlab:alice", "http:bob"], "refs": ["refs/heads/wip/**"]}'

# Who is nobody here is told nothing of a way out.
refused "git -C work push origin main" "$USER_TOKEN_RULE"
says_not picket.allow
refused "GL_USERNAME=mallory git -C work push origin main" "$USER_TOKEN_RULE"
says_not picket.allow
# Nor is one for whom this ref is not granted.
refused "GL_USERNAME=alice git -C work push origin main" "$USER_TOKEN_RULE"
says_not picket.allow
refused "GL_USERNAME=alice git -C work push origin main:wip/a main" "$USER_TOKEN_RULE"
says_not picket.allow
refused "GL_USERNAME=alice git -C work push origin main:wip/a" picket.allow=FINGERPRINT
print=$(sed -n 's/.*\(fp1:[0-9a-f]*\).*/\1/p' "$OUTPUT" | head -n 1)
[ "$print" ] || fail "no fingerprint is named"

# A variable that the policy does not name is nobody, whatever it holds.
options="-o picket.allow=$print -o picket.reason='a revoked token in a test'"
refused "GL_USER=alice REMOTE_USER=alice GITEA_PUSHER_NAME=alice git -C work push $options origin main:wip/a" \
  "Not granted"
refused "GIT_PUSH_CERT_KEY=alice GIT_PUSH_CERT_STATUS=G git -C work push $options origin main:wip/a" \
  "Not granted"
# One finding does not cover another, and a reason is due.
other="fp1:$(printf %040d 0)"
refused "GL_USERNAME=alice git -C work push -o picket.allow=$other -o picket.reason=x origin main:wip/a" \
  "$USER_TOKEN_RULE"
refused "GL_USERNAME=alice git -C work push -o picket.allow=$print origin main:wip/a" "a reason beside it"
refused "GL_USERNAME=alice git -C work push -o picket.allow=$print -o 'picket.reason=  ' origin main:wip/a" \
  "a reason beside it"
refused "GL_USERNAME=alice git -C work push -o picket.allow=all -o picket.reason=x origin main:wip/a" \
  "no fingerprint"

passes "GL_USERNAME=alice git -C work push $options -o picket.allow=$other origin main:wip/a" \
  "1 allowed" "1 finding let pass" "Nothing in this push"
# Only that push: the same content elsewhere, once the ref is gone, is new again.
git -C server update-ref -d refs/heads/wip/a
refused "GL_USERNAME=alice git -C work push origin main:wip/b" "$USER_TOKEN_RULE"
passes "REMOTE_USER=bob git -C work push $options origin main:wip/c" "1 allowed"

# What was pushed grants nothing.
put work .picket.json '{"server": {"bypass": [{"identities": ["gitlab:eve"]}]}}'
git -C server update-ref -d refs/heads/wip/c
refused "GL_USERNAME=eve git -C work push $options origin main:wip/d" "Not granted"
echo '{"server": {"log": "/tmp/x", "bypass": [{"identities": ["gitlab:eve"]}]}}' >server/picket.json
undecided "GL_USERNAME=eve git -C work push $options origin main:wip/d" '"server"'
rm server/picket.json

grep -q -F "$token" log.jsonl && fail "the token stands in the log"
{ echo '['; sed '$!s/$/,/' log.jsonl; echo ']'; } >log.json
holds log.json \
  '[r["outcome"] for r in d].count("bypassed") == 2' \
  '[r for r in d if r["outcome"] == "bypassed"][0]["actor"]["name"] == "alice"' \
  '[r for r in d if r["outcome"] == "bypassed"][0]["reason"] == "a revoked token in a test"' \
  '[r for r in d if r["outcome"] == "bypassed"][0]["findings"][0]["outcome"] == "bypassed"' \
  'all(r["findings"][0]["fingerprint"].startswith("fp1:") for r in d if r["outcome"] == "blocked")' \
  'all(r["refs"][0]["new"] for r in d)' \
  'd[-1]["outcome"] == "blocked"'
