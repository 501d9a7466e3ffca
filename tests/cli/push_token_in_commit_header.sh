# Author, committer, and a header that nobody has heard of.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
git -C work cat-file commit HEAD >plain

for edit in "s/^author A U Thor/author $token/" "s/^author \(.*\) <[^>]*>/author \1 <$token@example.com>/" \
  "s/^committer A U Thor/committer $token/" "/^committer/a\\
unheard-of $token" "/^committer/a\\
gpgsig -----BEGIN SOMETHING-----\\
 $token\\
 -----END SOMETHING-----"; do
  sed "$edit" plain >edited
  commit=$(git -C work hash-object -t commit -w --stdin <edited)
  refused "git -C work push origin $commit:refs/heads/topic"
  names "" "" "$commit" "$USER_TOKEN_RULE"
done

passes "git -C work push origin main"
