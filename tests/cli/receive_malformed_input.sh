# Lines that receive-pack never writes.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
smuggle work origin main
commit=$(oid work)

exits 0 "receive server </dev/null"
exits 0 "printf '%s' '$zero $commit refs/heads/topic' | receive server"
for line in nonsense "$zero $commit" "$zero  refs/heads/main" "$zero $commit " \
  "${zero}0 $commit refs/heads/main" "$zero ${commit%?}g refs/heads/main" \
  "$zero $commit refs/heads/ma in" "$commit refs/heads/main $zero" "
$zero $commit refs/heads/main"; do
  echo "$line" >input
  exits 2 "receive server <input"
  [ -s "$OUTPUT" ] || fail "nothing was said about: $line"
done
printf '%s %s refs/heads/main\r\n' "$zero" "$commit" >input
exits 2 "receive server <input"
