# The message that is about to be kept, not the comments that git strips.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
install_hooks work

refused "git -C work commit --allow-empty -m 'Use it' -m 'Now with $token'"
says "$USER_TOKEN_RULE"

passes "git -C work commit --allow-empty -m 'Use it'"
