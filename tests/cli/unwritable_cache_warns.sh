# An audit that can't keep its cache says so in one line.
. "$(dirname "$0")/common.sh"
# Rules that are named are compiled here, and kept in the cache: a few of them, or it takes long.
mkdir -p rules/secrets
cp "$PICKET_SOURCE"/patterns/*.json rules/
cp "$PICKET_SOURCE/patterns/secrets/huggingface.json" rules/secrets/
PICKET_OPTIONS="$RULES_OPTION $SCRATCH/rules"

new_repository work
put work a.txt base

export XDG_CACHE_HOME=/dev/null/cache
HOME=/dev/null/home
exits 0 "picket audit work" cache
exits 0 "picket audit work --no-cache"
says_not cache
