# A byte order mark added to a junk-led UTF-16 file must not let its token in as an old one.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
passes "git -C work push origin main"
printf 'x\n' >work/settings.txt
printf 'user\nkey=%s\nend\n' "$token" | iconv -f ASCII -t UTF-16LE >>work/settings.txt
save work "Settings that nobody can read"

# Whoever reads through the junk refuses the first push. Whoever does not must refuse the second:
# the token's own line is the same in both, but no earlier version gave the token away.
run "git -C work push origin main"
if [ "$status" -ne 0 ]; then
  ended_with 1 "the first push"
else
  {
    printf '\377\376'
    tail -c +3 work/settings.txt
  } >mended
  mv mended work/settings.txt
  save work "Settings that everybody can read"
  refused "git -C work push origin main"
fi
names settings.txt "" "$(oid work)" "$USER_TOKEN_RULE"
