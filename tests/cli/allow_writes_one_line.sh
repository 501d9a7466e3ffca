# `picket allow` puts one sorted line into the policy and leaves every other byte alone.
. "$(dirname "$0")/common.sh"

first=$(token 1)
second=$(token 2)
new_repository work
put work a.txt base
install_hooks work
printf '%s\n' "$first" >work/b.txt
printf '%s\n' "$second" >work/c.txt
git -C work add .
refused "git -C work commit -m Add" "picket allow fp1:" "--reason" ".picket.json"
grep -o 'fp1:[0-9a-f]*' "$OUTPUT" | sort -u >prints
[ "$(wc -l <prints)" -eq 2 ] || fail "there are not two fingerprints"
low=$(head -n 1 prints)
high=$(tail -n 1 prints)

# A file that is not there yet is made; what hooks read is the staged one.
exits 0 "cd work && picket allow $high --reason 'revoked in May' --expires 2999-12-31 --owner us" \
  "$high" Stage
exits 0 "cd work && picket allow $low --reason 'a test'"
printf '{\n  "allow": [\n    %s,\n    %s\n  ]\n}\n' \
  "{\"fingerprint\": \"$low\", \"reason\": \"a test\"}" \
  "{\"fingerprint\": \"$high\", \"reason\": \"revoked in May\", \"expires\": \"2999-12-31\", \"owner\": \"us\"}" \
  >expected
cmp expected work/.picket.json || fail "the lines are not as they should be"
refused "git -C work commit -m Add" "$USER_TOKEN_RULE"
git -C work add .picket.json
passes "git -C work commit -m Add" "2 allowed"

# The same again changes nothing; other words replace the line.
cp work/.picket.json before
exits 0 "cd work && picket allow $low --reason 'a test'" "nothing was changed"
cmp before work/.picket.json || fail "the same words changed the file"
exits 0 "cd work && picket allow $low --reason 'another test'" replaced
[ "$(grep -c "$low" work/.picket.json)" -eq 1 ] || fail "there are two lines for one finding"

# What people wrote stays byte for byte, odd spacing and line ends included.
printf '{ "gaps":"block",\r\n\t"allow" : [ {"fingerprint":\r\n "%s", "reason":"x"} ],\r\n"exclude":[]}' \
  "$high" >other.json
exits 0 "picket allow $low --reason y --policy other.json"
sed "s/{\"fingerprint\": \"$low\", \"reason\": \"y\"},//" other.json | tr -d ' \t\r\n' >left
printf '{"gaps":"block","allow":[{"fingerprint":"%s","reason":"x"}],"exclude":[]}' "$high" |
  cmp - left || fail "something else than the line was changed"
printf '%s\n' "$first" "$second" >d.txt
exits 0 "picket scan d.txt --policy other.json" "2 allowed"
exits 0 "picket allow $low --reason y --policy other.json -q"
[ ! -s "$OUTPUT" ] || fail "--quiet spoke"
