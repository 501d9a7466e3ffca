# A token that only a merge of three branches adds, in a file that no parent has.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
for branch in one two; do
  git -C work switch -q -c "$branch" main
  put work "$branch.txt" "$branch"
done
git -C work switch -q main
put work main.txt main
tick
git -C work merge -q -m "Merge one and two" one two >/dev/null
passes "git -C work push origin main"
printf 'x\n\n%s\n' "$token" >work/added.txt
git -C work add added.txt
git -C work commit -q --amend --no-edit

refused "git -C work push origin HEAD:refs/heads/octopus"
names added.txt 3 "$(oid work)" "$USER_TOKEN_RULE"
