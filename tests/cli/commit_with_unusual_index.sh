# A split index, an index of version 4, a sparse one.
. "$(dirname "$0")/common.sh"

token=$(token)
for form in split version4 sparse; do
  new_repository "$form"
  put "$form" top.txt base
  put "$form" kept/a.txt base
  put "$form" left/b.txt base
  install_hooks "$form"
done
git -C split update-index --split-index
git -C version4 update-index --index-version 4
git -C sparse sparse-checkout set --cone --sparse-index kept

for form in split version4 sparse; do
  printf 'base\n%s\n' "$token" >"$form/kept/a.txt"
  git -C "$form" add kept/a.txt
  refused "git -C $form commit -m Change"
  names kept/a.txt 2 "" "$USER_TOKEN_RULE"
  echo changed >"$form/kept/a.txt"
  git -C "$form" add kept/a.txt
  passes "git -C $form commit -m Change"
done

# A folder that a sparse index holds as one entry, and that differs from HEAD.
new_repository folded
put folded kept/a.txt base
put folded left/deep/b.txt base
put folded left/deep/c.txt "$token"
git -C folded sparse-checkout set --cone --sparse-index kept
git -C folded reset -q --soft HEAD~1
[ "$(git -C folded ls-files --sparse left)" = left/ ] || skip "this git does not fold folders"
install_hooks folded
refused "git -C folded commit -m Change"
names left/deep/c.txt 1 "" "$USER_TOKEN_RULE"
