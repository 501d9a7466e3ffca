# A token that came with the third of five commits and went with the fifth is still in the history.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work first.txt one
put work app.py "import os"
put work app.py "import os

login('$token')"
bad=$(oid work)
put work other.txt two
put work app.py "import os"
git -C work switch -q -c topic

refused "git -C work push origin topic"
names app.py 3 "$bad" "$USER_TOKEN_RULE"
ref_unchanged server refs/heads/topic ""

git -C work switch -q -c clean "$bad~1"
put work other.txt three
passes "git -C work push origin clean"
