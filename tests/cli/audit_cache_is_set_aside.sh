# A cache that is damaged, foreign, of another version, or open to others is set aside with a
# sentence; the audit examines everything and its verdict is the same.
. "$(dirname "$0")/common.sh"

FOLDER=$SCRATCH/.home/.cache/picket
CACHE=$FOLDER/audit.sqlite

new_repository work
put work a.txt "$(seq 100)"
put work b.txt "key = $(token)"

# fresh: a cache of one audit. judges_all PATTERN...: the next one examines everything, and says so.
fresh() {
  rm -rf "$FOLDER"
  exits 1 "picket audit work"
  [ -s "$CACHE" ] || fail "there is no cache"
}
judges_all() {
  exits 1 "picket audit work" "2 blobs" "$USER_TOKEN_RULE" "$@"
  says_not "skipped"
}
after_that_it_is_used() {
  exits 1 "picket audit work" "1 blob," skipped
}

fresh
after_that_it_is_used

echo "This is no database at all, and it is longer than a header would be: $(seq 200)" >"$CACHE"
judges_all "set aside"
[ -f "$CACHE.set-aside" ] || fail "it is nowhere"
after_that_it_is_used

fresh
# Every byte of the pages with the ids.
size=$(stat -c %s "$CACHE")
dd if=/dev/zero of="$CACHE" bs=1 seek=4096 count=$((size - 4096)) conv=notrunc 2>/dev/null
judges_all "set aside"

# One bit at a time: never a wrong verdict, whatever is damaged.
fresh
cp "$CACHE" whole.sqlite
size=$(stat -c %s whole.sqlite)
offset=40
pieces=24
if [ "${PICKET_SANITIZED:-}" = ON ]; then pieces=4; fi
while [ "$offset" -lt "$size" ]; do
  cp whole.sqlite "$CACHE"
  printf '\377' | dd of="$CACHE" bs=1 seek="$offset" conv=notrunc 2>/dev/null
  exits 1 "picket audit work" "$USER_TOKEN_RULE"
  offset=$((offset + size / pieces + 1))
done
head -c $((size / 2)) whole.sqlite >"$CACHE"
exits 1 "picket audit work" "$USER_TOKEN_RULE"
: >"$CACHE"
judges_all
after_that_it_is_used

"$PYTHON" -c 'import sqlite3' 2>/dev/null && {
  fresh
  "$PYTHON" -c '
import sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.execute("PRAGMA user_version=99"); c.commit()' "$CACHE"
  judges_all "another version"
  after_that_it_is_used
  # A database of somebody else's is neither used nor touched where a person named it.
  "$PYTHON" -c '
import sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.execute("CREATE TABLE t(x)"); c.commit()' other.sqlite
  cp other.sqlite before.sqlite
  exits 1 "picket audit work --cache other.sqlite" "no cache of audits"
  cmp -s other.sqlite before.sqlite || fail "a foreign database was changed"
}

fresh
chmod 666 "$CACHE"
judges_all "may write it"
chmod 600 "$CACHE"
after_that_it_is_used
mkdir open
chmod 777 open
exits 1 "picket audit work --cache open" "may write there"
mv "$CACHE" elsewhere.sqlite
ln -s "$SCRATCH/elsewhere.sqlite" "$CACHE"
judges_all "not used"

# Never inside what is audited, unless that is asked for.
worktree=$SCRATCH/work
XDG_CACHE_HOME=$worktree/cache
export XDG_CACHE_HOME
exits 1 "picket audit work" "so that it is not used"
[ ! -e work/cache/picket/audit.sqlite ] || fail "the cache is in the repository"
exits 1 "picket audit work --cache work/.git/picket.sqlite"
[ -f work/.git/picket.sqlite ] || fail "the cache that was named is not there"
