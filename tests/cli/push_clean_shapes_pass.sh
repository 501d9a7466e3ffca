# Every shape that a token was refused in, without the token.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base "A message with hf_ and api_org_ in it"
for number in 1 2 3 4; do put work a.txt "line $number"; done
passes "git -C work push origin main"
git -C work switch -q -c side main~2
put work side.txt "hf_hub_download(repo_id, filename)"
git -C work switch -q main
git -C work merge -q -m Merge side >/dev/null
git -C work tag -a -m "A release" v1
git -C work tag -a -m "A tag of a tag" v1-again v1
git -C work notes add -m "A note"
passes "git -C work push origin main side v1 v1-again refs/notes/commits main:refs/meta/config"

printf '\377\376' >work/utf16.txt
echo "token = none" | iconv -f ASCII -t UTF-16LE >>work/utf16.txt
: >work/empty
printf x >work/one-byte
printf 'no end of line' >work/open-end
head -c 5000 /dev/zero >work/zeros
printf 'a\r\nb\r\n' >work/dos.txt
ln -s nowhere work/link
printf '* -diff\n' >work/.gitattributes
printf '%s\n' '{"cells": [{"source": ["login(token=\"...\")\n"]}]}' >work/a.ipynb
echo 'git clone https://user:$HF_TOKEN@huggingface.co/me/model' >work/clone.sh
chmod +x work/clone.sh
save work "Files of all kinds"
passes "git -C work push origin main"

git -C work reset -q --hard HEAD~1
put work b.txt other
passes "git -C work push --force origin main"
passes "git -C work push --mirror '$SCRATCH/server'"
