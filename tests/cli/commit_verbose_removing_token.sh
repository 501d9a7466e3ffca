# commit -v shows the removed token in the message file, below the scissors.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt "one
$token"
install_hooks work
echo one >work/a.txt
cat >editor <<'END'
#!/bin/sh
cp "$1" "$(dirname "$0")/message"
{ echo "Remove it"; cat "$(dirname "$0")/message"; } >"$1"
END
chmod +x editor

passes "git -C work -c core.editor='$SCRATCH/editor' commit -v -a"
grep -q -F "$token" message || fail "the message file did not show the diff"
[ "$(git -C work log -1 --format=%s)" = "Remove it" ] || fail "another message was kept"

sed -i "s/Remove it/Remove $token/" editor
refused "git -C work -c core.editor='$SCRATCH/editor' commit -v --allow-empty" "$USER_TOKEN_RULE"
