# An audit that can't keep its cache says so in one line.
. "$(dirname "$0")/common.sh"
# Rules that are named are compiled here, and kept in the cache.
PICKET_OPTIONS="$RULES_OPTION $PICKET_SOURCE/patterns"

new_repository work
put work a.txt base

export XDG_CACHE_HOME=/dev/null/cache
HOME=/dev/null/home
exits 0 "picket audit work" cache
exits 0 "picket audit work --no-cache"
says_not cache
