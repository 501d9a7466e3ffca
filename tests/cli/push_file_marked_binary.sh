# Attributes in the tree keep a file from git diff, not from judgement.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
printf '*.a -diff\n*.b binary\n*.c -text -diff linguist-vendored\n*.d export-ignore filter=none\n' \
  >work/.gitattributes
save work Attributes
git -C work push -q origin main 2>/dev/null

for suffix in a b c d; do
  put work "data.$suffix" "one
two $token"
  refused "git -C work push origin main"
  names "data.$suffix" 2 "$(oid work)" "$USER_TOKEN_RULE"
  git -C work reset -q --hard HEAD~1
  put work "clean.$suffix" one
  passes "git -C work push origin main"
done
