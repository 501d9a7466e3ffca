# What gzip has packed is looked into, alone, around a tar archive, and in base64.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work readme.txt start
smuggle work origin main

packed() { # FILE
  save work "Add $1"
  refused "git -C work push origin main"
  names "$1" '' "$(oid work)" "$USER_TOKEN_RULE"
  git -C work reset -q --hard HEAD~1
}

printf 'first line\ntoken = %s\n' "$token" >settings.ini
gzip -c settings.ini >work/settings.ini.gz
packed settings.ini.gz
tar -cf - settings.ini | gzip -c >work/backup.tgz
packed backup.tgz
printf 'release: %s\n' "$(gzip -c settings.ini | base64 | tr -d '\n')" >work/helm.yaml
packed helm.yaml

printf 'nothing to see\n' | gzip -c >work/clean.gz
save work "A clean file"
passes "git -C work push origin main"

letters 20000 3 | gzip -c >work/broken.gz
printf 'damaged by hand' | dd of=work/broken.gz bs=1 seek=200 conv=notrunc 2>/dev/null
save work "A file that can't be read"
undecided "git -C work push origin main" broken.gz
