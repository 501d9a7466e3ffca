# Compiled own rules are kept under the name of what they are made of; whatever else lies there
# changes no verdict, and pre-receive looks only beside the installed rules.
. "$(dirname "$0")/common.sh"

lower=abcdefghijklmnopqrstuvwxyz
own_rules() { # FILE ID PREFIX
  printf '{"rules": [{"id": "%s", "family": "%s", "tier": "precise", "severity": "high",
    "description": "A badge of Acme.", "remediation": "Revoke it.", "pattern": "%s[a-z]{24}",
    "max_width": %d, "examples": ["x = %s{lower:24}"]}]}' \
    "$2" "$2" "$3" $((24 + ${#3})) "$3" >"$1"
}
own_rules one.json acme.badge acb_
own_rules two.json acme.seal acs_
badge=acb_$(letters 24 11 $lower)
echo "$badge" >>"$TOKENS"
echo "badge = $badge" >badge.txt

exits 1 "picket --rules one.json scan badge.txt" acme.badge
one=$(echo "$HOME"/.cache/picket/own-*.rules)
[ -f "$one" ] || fail "nothing was kept"
exits 0 "picket --rules two.json scan badge.txt"
[ "$(find "$HOME/.cache/picket" -name 'own-*.rules' | wc -l)" -eq 2 ] || fail "two sets, one file"
exits 1 "picket --rules one.json scan badge.txt" acme.badge

# Other rules under its name, a damaged file, one that others may write.
for two in "$HOME"/.cache/picket/own-*.rules; do
  [ "$two" = "$one" ] || cp "$two" "$one"
done
exits 1 "picket --rules one.json scan badge.txt" acme.badge
echo damaged >"$one"
exits 1 "picket --rules one.json scan badge.txt" acme.badge
chmod 666 "$one"
exits 1 "picket --rules one.json scan badge.txt" acme.badge

# Versions of long ago go.
for version in 1 2 3 4 5 6 7 8 9 10; do
  own_rules version.json "acme.v$version" "v${version}_"
  exits 0 "picket --rules version.json scan badge.txt"
done
[ "$(find "$HOME/.cache/picket" -name 'own-*.rules' | wc -l)" -le 8 ] || fail "the cache only grows"

# pre-receive neither reads nor writes there.
rm -r "$HOME/.cache"
echo '{"rules": ["one.json"]}' >policy.json
new_server server
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
new_clone server work
put work a.txt "$badge"
refused "git -C work push origin main" acme.badge
not test -e "$HOME/.cache/picket" || fail "pre-receive wrote into a user's cache"

# Beside rules that are few: all of them take seconds, and are compiled when picket is installed.
mkdir -p few/secrets
cp "$PICKET_SOURCE"/patterns/*.json few
cp "$PICKET_SOURCE/patterns/secrets/huggingface.json" few/secrets
exits 0 "picket $RULES_OPTION few $RULES_OPTION one.json rules compile --output compiled"
[ -s compiled/secrets.rules ] || fail "the rules were not compiled"
[ "$(find compiled -name 'own-*.rules' | wc -l)" -eq 1 ] || fail "own rules were not compiled"
