# No place for a cache: judged all the same.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base

export XDG_CACHE_HOME=/dev/null/cache XDG_STATE_HOME=/dev/null/state
HOME=/dev/null/home
passes "git -C work push origin main"
exits 0 "picket audit work"
exits 0 "picket audit work --no-cache"
exits 0 "picket scan work/a.txt"
