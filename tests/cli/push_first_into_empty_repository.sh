# The first push to an empty repository, to its plain path.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_repository work
put work src/config.ini "[hub]
user = me
token = $token"

refused "git -C work push '$SCRATCH/server' main"
names src/config.ini 3 "$(oid work)" "$USER_TOKEN_RULE"

git -C work switch -q --orphan clean
put work src/config.ini "[hub]
user = me"
passes "git -C work push '$SCRATCH/server' clean:main"
