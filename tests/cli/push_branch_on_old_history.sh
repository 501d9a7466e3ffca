# What any ref of the server holds already is not new to another one: a branch, a merge, a way back.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
git -C work switch -q -c old
put work keys.txt "$token"
put work b.txt more
smuggle work origin main old

git -C work switch -q -c topic
put work c.txt new
passes "git -C work push origin topic"
git -C work switch -q main
put work d.txt ours
tick
git -C work merge -q -m "Merge old" old >/dev/null
passes "git -C work push origin main"
passes "git -C work push --force origin old~1:main"
passes "git -C work tag light old && git -C work push origin light"

# The only ref that held it goes in the same push: its history counts as it stood before.
smuggle work origin +old~2:main :topic :light
passes "git -C work push origin :old old:refs/heads/renamed"
