# A large push is read in the order of its pack, delta by delta; unpacked, object by object. Both are
# told in the same words: secrets whole and in deltas, an armed pickle, names, messages, exclusions.
. "$(dirname "$0")/common.sh"

new_repository work
mkdir work/many work/left
seq 400 | while read -r number; do
  { seq 40; echo "file $number"; seq 41 80; } >"work/many/$number.txt"
done
echo "key = $(token 1)" >work/left/out.txt
save work "Many files"
armed_pickle work/model.bin
sed "s/^file 77$/key = $(token 2)/" work/many/77.txt >work/many/secret.txt
{ seq 40; echo "key = $(token 3)"; seq 41 80; } >work/many/88.txt
printf 'echo "%s"' "$(token 4)" | gzip -c >work/many/packed.gz
save work "With $(token 5)"
seq 300 | while read -r number; do echo again >>"work/many/$number.txt"; done
save work "Many changes"
git -C work tag -a -m "And $(token 6)" v1
echo '{"exclude": ["left/**"]}' >policy.json

said() { # LIMIT OUTPUT: what is said of the push where so many objects are unpacked
  rm -rf server
  git init -q --bare server
  git -C server config receive.unpackLimit "$1"
  arm server "$POLICY_OPTION '$SCRATCH/policy.json' --format json >'$SCRATCH/$2'"
  : >"$HOOK_LOG"
  not git -C work push -q ../server main v1 >"$OUTPUT" 2>&1 || fail "the push was let in"
  [ "$(cat "$HOOK_LOG")" = "pre-receive 1" ] || fail "the hook ended with $(cat "$HOOK_LOG")"
  hidden
}
said 1 packed.json
said 100000 loose.json
cmp packed.json loose.json || fail "they differ: $(diff packed.json loose.json | head -n 5)"
holds packed.json \
  '{f["object_kind"] for f in d["findings"]} == {"blob", "commit", "tag"}' \
  '{f["path"] for f in d["findings"]} == {"", "model.bin", "many/88.txt", "many/packed.gz",
      "many/secret.txt"}' \
  '{f["rule"] for f in d["findings"]} == {"'$USER_TOKEN_RULE'", "'$DANGEROUS_RULE'"}'

# Without what is bad it is let in, by either way.
git -C work checkout -q --orphan clean
git -C work rm -rqf left model.bin many/secret.txt many/88.txt many/packed.gz
save work "Clean"
for limit in 1 100000; do
  git -C server config receive.unpackLimit "$limit"
  watch server
  passes "git -C work push -q ../server clean:refs/heads/by$limit"
done
