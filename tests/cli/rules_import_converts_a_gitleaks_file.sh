# A gitleaks configuration becomes rules that the check accepts and a gate judges by, and a line for
# everything that could not be said.
. "$(dirname "$0")/common.sh"

alphabet=abcdefghijklmnopqrstuvwxyz0123456789
badge=acb_$(letters 36 21 $alphabet)
key=$(letters 32 22 $alphabet)
printf '%s\n%s\n' "$badge" "$key" >>"$TOKENS"

cat >good.toml <<'END'
[[rules]]
id = "acme-badge"
description = "A badge of Acme"
regex = '''\b(acb_[0-9a-z]{36})(?:['"\s;]|$)'''
entropy = 3
keywords = ["acb_"]
[[rules]]
id = "acme-key"
regex = '''(?i)[\w.-]{0,50}?acme[\w.-]{0,20}\s*=\s*['"]?([a-z0-9]{32})\b'''
keywords = ["acme"]
[[rules]]
id = "acme-file"
path = '''(?:^|/)id_acme$'''
END
exits 0 "picket rules import good.toml --output own.json" "3 of 3 rules converted"
exits 0 "picket --rules own.json rules check" "3 rules in 1 files" "0 complaints"
exits 0 "picket -q rules import good.toml"
cmp -s own.json "$OUTPUT" || fail "standard output and --output differ"

echo '{"rules": ["own.json"]}' >policy.json
new_server server
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
new_clone server work
put work a.txt "acme_key = '$key'"
passes "git -C work push origin main" imported.acme-key
put work b.txt "badge: $badge"
refused "git -C work push origin main" b.txt:1 imported.acme-badge
git -C work reset -q --hard HEAD^
put work keys/id_acme anything
passes "git -C work push origin main" imported.acme-file

cp good.toml partly.toml
cat >>partly.toml <<'END'
[[rules]]
id = "ahead"
regex = '''(?=acme)[a-z]{20}'''
[allowlist]
paths = ['''(?:^|/)go\.sum$''']
END
exits 1 "picket rules import partly.toml --output partly.json" "not converted: ahead: " \
  "look-around" "not converted: allowlist: " '"exclude": ["go.sum"]' "3 of 4 rules converted"
cmp -s own.json partly.json || fail "what could be converted is not the same"

echo '[[rules]' >broken.toml
exits 2 "picket rules import broken.toml --output never.json" broken.toml "no TOML"
exits 2 "picket rules import absent.toml" absent.toml
not test -e never.json || fail "a file was written for a configuration that is none"
exits 2 "picket rules import good.toml --output absent/own.json" "can't be written"
