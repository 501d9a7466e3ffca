# A store that may not be read is not a clean one.
. "$(dirname "$0")/common.sh"

[ "$(id -u)" -ne 0 ] || command -v setpriv >/dev/null || skip "root reads everything"
new_repository work
put work a.txt base
git -C work config --global safe.directory '*'
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
chmod -R a+rX work
blob=work/.git/objects/$(oid work HEAD:a.txt | sed 's/^../&\//')
chmod 0 "$blob"
exits 2 "as_other audit work" "$(oid work HEAD:a.txt | cut -c 1-10)"
chmod 444 "$blob"
chmod 0 work/.git/objects
exits 2 "as_other audit work"
[ -s "$OUTPUT" ] || fail "nothing was said"
chmod 755 work/.git/objects
