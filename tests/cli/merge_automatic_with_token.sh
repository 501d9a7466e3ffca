# A merge that git resolves by itself runs pre-merge-commit.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
git -C work switch -q -c side
put work b.txt side
git -C work switch -q main
put work c.txt main
install_hooks work

passes "git -C work merge -q side -m Merge"

# The other side's content was judged when it was committed; the message is new.
git -C work reset -q --hard HEAD~1
refused "git -C work merge -q side -m 'Merge with $token'"
says "$USER_TOKEN_RULE"
