# Moving a file that already held a token is no new leak.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt "$(seq 20)
$token"
smuggle work origin main
mkdir work/deep
git -C work mv a.txt deep/b.txt
save work Move
passes "git -C work push origin main"

git -C work mv deep c
echo 21 >>work/c/b.txt
save work "Move with an edit elsewhere"
passes "git -C work push origin main" pre-existing
