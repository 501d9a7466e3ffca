# Nothing in the pusher's environment picks policy or rules for a server.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt "$token"
mkdir empty
echo '{"exclude": ["**"]}' >all.json

refused "PICKET_POLICY=$SCRATCH/all.json PICKET_RULES=$SCRATCH/empty PICKET_PATTERNS=$SCRATCH/empty \
  PICKET_DISABLE=1 PICKET_SKIP=1 SKIP=picket git -C work push origin main"
names a.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
