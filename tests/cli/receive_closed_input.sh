# A hook that is started without stdin can't tell what is pushed.
. "$(dirname "$0")/common.sh"

new_server server
exits 2 "receive server <&-"
[ -s "$OUTPUT" ] || fail "nothing was said"
