# Lines that git never writes end in a refusal, not in silence.
. "$(dirname "$0")/common.sh"

new_repository work
put work a.txt base
commit=$(oid work)

exits 0 "cd work && : | picket pre-push origin /nowhere"
exits 0 "cd work && echo '(delete) $zero refs/heads/x $commit' | picket pre-push origin /nowhere"
for line in nonsense "refs/heads/main $commit refs/heads/main" "a b c d" \
  "refs/heads/main ${commit}00 refs/heads/main $zero"; do
  exits 2 "cd work && echo '$line' | picket pre-push origin /nowhere"
done
