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
