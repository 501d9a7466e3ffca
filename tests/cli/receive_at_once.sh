# Pushes at once to a few repositories, some of them killed: nothing bad and nothing unlogged gets in.
. "$(dirname "$0")/common.sh"

sh "$PICKET_SOURCE/tests/servers/push_rounds.sh" 12 3 6
