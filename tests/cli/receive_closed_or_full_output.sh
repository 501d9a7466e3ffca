# A verdict that can't be written is still a verdict.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt "$token"
smuggle work origin main
git -C server update-ref -d refs/heads/main
echo "$zero $(oid work) refs/heads/main" >input
exits 1 "receive server <input" "$USER_TOKEN_RULE"
exits 0 "receive server </dev/null"

for output in ">&-" ">&- 2>&-" ">/dev/full" ">/dev/full 2>/dev/full" "| head -c 0"; do
  code=0
  case $output in
    \|*) (set +e; receive server <input 2>/dev/null; echo $? >code) | head -c 0 ;;
    *) eval "receive server <input $output" 2>/dev/null || code=$?; echo "$code" >code ;;
  esac
  case $(cat code) in
    0) fail "ended with 0 with its output going to $output" ;;
  esac
done
