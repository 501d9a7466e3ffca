# Objects that are there already come with an empty quarantine; they are judged all the same.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
put work a.txt second
passes "git -C work push origin main main:refs/heads/topic"
passes "git -C work push origin :topic"
passes "git -C work push origin main:refs/heads/topic"
passes "git -C work push --force origin main~1:refs/heads/topic"
passes "git -C work push origin main:refs/heads/topic"

put work b.txt "$token"
smuggle work origin main:refs/heads/gone
git -C server update-ref -d refs/heads/gone
refused "git -C work push origin main"
names b.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
