# A token in two string literals, or on both sides of a line continuation, is one token; the line
# named is the one that it begins on.
. "$(dirname "$0")/common.sh"

token=$(token)
head=$(printf %.20s "$token")
tail=${token#"$head"}
new_server server
new_clone server work
put work readme.txt start
smuggle work origin main

split() { # FILE LINE
  save work "Add $1"
  refused "git -C work push origin main"
  names "$1" "$2" "$(oid work)" "$USER_TOKEN_RULE"
  git -C work reset -q --hard HEAD~1
}

printf 'import os\nlogin("%s" "%s")\n' "$head" "$tail" >work/implicit.py
split implicit.py 2
printf 'login(\n    "%s"\n    "%s"\n)\n' "$head" "$tail" >work/lines.py
split lines.py 2
printf 'const t = "%s" +\n  "%s";\n' "$head" "$tail" >work/plus.js
split plus.js 1
printf '#!/bin/sh\nexport T=%s\\\n%s\n' "$head" "$tail" >work/continued.sh
split continued.sh 2

printf 'login("%s" + name + "%s")\n' "$head" "$tail" >work/computed.py
save work "What only running the program could put together"
passes "git -C work push origin main"
