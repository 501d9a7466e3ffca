# A store that may not be read is not a clean one.
. "$(dirname "$0")/common.sh"

[ "$(id -u)" -ne 0 ] || command -v setpriv >/dev/null || skip "root reads everything"
new_repository work
put work a.txt base
unprivileged=
if [ "$(id -u)" -eq 0 ]; then
  unprivileged="setpriv --reuid=65534 --regid=65534 --clear-groups"
  chmod 755 "$SCRATCH"
  $unprivileged test -x "$PICKET" || skip "the program can't be run by another user"
fi
as_other() {
  # shellcheck disable=SC2086
  $unprivileged env HOME=/nonexistent "$PICKET" $PICKET_OPTIONS "$@"
}
name=$(oid work HEAD:a.txt)
blob=work/.git/objects/$(echo "$name" | sed 's/^../&\//')
# What follows is the other user's own repository: only its modes keep it from being read.
export repositories=
chmod -R a+rX work
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 work
chmod 0 "$blob"
exits 2 "as_other audit work" "$(echo "$name" | cut -c 1-10)"
chmod 444 "$blob"
chmod 0 work/.git/objects
exits 2 "as_other audit work"
[ -s "$OUTPUT" ] || fail "nothing was said"
chmod 755 work/.git/objects
