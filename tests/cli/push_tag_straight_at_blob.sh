# Tags that point straight at a blob or at a tree: no commit leads there.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
blob=$(printf 'key\n%s\n' "$token" | git -C work hash-object -w --stdin)
tree=$(printf '100644 blob %s\tinside.txt\n' "$blob" | git -C work mktree)
git -C work tag light-blob "$blob"
git -C work tag -a -m "A blob" heavy-blob "$blob"
git -C work tag light-tree "$tree"
git -C work tag -a -m "A tree" heavy-tree "$tree"

for tag in light-blob heavy-blob light-tree heavy-tree; do
  refused "git -C work push origin $tag"
  says "$USER_TOKEN_RULE" "refs/tags/$tag"
done
says inside.txt

clean=$(echo nothing | git -C work hash-object -w --stdin)
git -C work tag clean-blob "$clean"
git -C work tag clean-tree "$(printf '100644 blob %s\tinside.txt\n' "$clean" | git -C work mktree)"
passes "git -C work push origin clean-blob clean-tree"
