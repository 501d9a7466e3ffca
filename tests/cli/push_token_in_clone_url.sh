# The password of a clone address, in the places where such addresses are kept.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work README.md "Clone https://user:password@example.com/ first"
git -C work push -q origin main 2>/dev/null

for file in .gitmodules Dockerfile fetch.sh; do
  put work "$file" "# models
RUN git clone https://user:$token@huggingface.co/me/model"
  refused "git -C work push origin main"
  names "$file" 2 "$(oid work)" "$USER_TOKEN_RULE"
  git -C work reset -q --hard HEAD~1
done

put work fetch.sh "git clone https://huggingface.co/me/model"
passes "git -C work push origin main"
