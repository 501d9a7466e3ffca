# Only some hunks are staged: the good ones, then the bad ones.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt "$(seq 30)"
install_hooks work
{
  echo good
  seq 30
  echo "$token"
} >work/a.txt

passes "{ printf 'y\nn\n' | git -C work add -p a.txt >/dev/null; } && git -C work commit -m Good"
refused "{ yes | git -C work add -p a.txt >/dev/null; } && git -C work commit -m Bad"
names a.txt 32 "" "$USER_TOKEN_RULE"
