# Old sins don't block new work: another line of the same file changes.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt "one
two
key = $token
four"
smuggle work origin main
put work a.txt "one
changed
added
key = $token
four"

passes "git -C work push origin main" pre-existing a.txt "$USER_TOKEN_RULE"
chmod +x work/a.txt
save work "Another mode"
passes "git -C work push origin main"
