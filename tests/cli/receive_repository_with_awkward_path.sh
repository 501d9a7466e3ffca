# Colons, quotes and blanks in a server's path: the quarantine's alternates are quoted by git.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
put work b.txt "$token"
bad=$(oid work)
for name in 'two words' 'a:b' 'a"b' '"quoted"'; do
  git init -q --bare "$name"
  arm "$name"
  not git -C work push "$SCRATCH/$name" main >"$OUTPUT" 2>&1 || fail "accepted: $name"
  names b.txt 1 "$bad" "$USER_TOKEN_RULE"
  [ "$(git -C "$name" for-each-ref)" = "" ] || fail "a ref was made in $name"
  git -C work push "$SCRATCH/$name" main~1:refs/heads/main >"$OUTPUT" 2>&1 || fail "refused: $name"
  # The second push needs the first one's objects, which lie outside the quarantine.
  not git -C work push "$SCRATCH/$name" main >"$OUTPUT" 2>&1 || fail "accepted: $name"
  names b.txt 1 "$bad" "$USER_TOKEN_RULE"
done
