# Text in UTF-16, as PowerShell's > writes it: both byte orders, with a mark and without.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
printf 'user\nkey=%s\nend\n' "$token" >plain.txt

for form in '\377\376 UTF-16LE' '\376\377 UTF-16BE' ' UTF-16LE' ' UTF-16BE'; do
  printf '%b' "${form% *}" >work/settings.txt
  iconv -f ASCII -t "${form##* }" plain.txt >>work/settings.txt
  save work "Settings as ${form##* }"
  refused "git -C work push origin main"
  names settings.txt "" "$(oid work)" "$USER_TOKEN_RULE"
  git -C work reset -q --hard HEAD~1
done

printf '\377\376' >work/settings.txt
echo "user key end" | iconv -f ASCII -t UTF-16LE >>work/settings.txt
save work "Clean settings"
passes "git -C work push origin main"
