# A line is a line in UTF-16 too.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
printf '\377\376' >work/settings.txt
printf 'user\nkey=%s\nend\n' "$token" | iconv -f ASCII -t UTF-16LE >>work/settings.txt
save work Settings

refused "git -C work push origin main"
names settings.txt 2 "$(oid work)" "$USER_TOKEN_RULE"
