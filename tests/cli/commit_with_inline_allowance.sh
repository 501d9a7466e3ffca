# A comment beside a finding allows it, for the rule that it names and no other, and is told.
. "$(dirname "$0")/common.sh"

one=$(token 1)
two=$(token 2)
new_repository work
put work a.txt base
install_hooks work

printf 'key = "%s"  # picket:allow %s  revoked in May\n' "$one" "$USER_TOKEN_RULE" >work/a.py
git -C work add a.py
passes "git -C work commit -m Add" "1 allowed" "allowed by a comment" a.py:1: "$USER_TOKEN_RULE"
exits 0 "picket audit work" "1 allowed" a.py:1:
exits 0 "picket audit work --format json >report.json"
holds report.json '[(f["disposition"], f["allowed_by"]) for f in d["findings"]]
  == [("allowed", "inline")]'
exits 0 "picket scan work/a.py" "1 allowed"

# The line before counts when nothing else stands there.
printf '// picket:allow %s, other.rule\nkey = "%s"\n' "$USER_TOKEN_RULE" "$one" >work/b.js
git -C work add b.js
passes "git -C work commit -m Add" b.js:2:

# No rule, another rule, a comment of the statement before, or two lines away.
for text in "key = '$two'  # picket:allow" "key = '$two'  # picket:allow other.rule" \
  "x = 1  # picket:allow $USER_TOKEN_RULE
key = '$two'" "# picket:allow $USER_TOKEN_RULE

key = '$two'" "key = '$two'  # xpicket:allow $USER_TOKEN_RULE" \
  "key = '$two'  # gitleaks:allow pragma: allowlist secret trufflehog:ignore nosec"; do
  printf '%s\n' "$text" >work/c.py
  git -C work add c.py
  refused "git -C work commit -m Add" "$USER_TOKEN_RULE"
done
printf '%s\n' "key = '$two'  # picket:allow other.rule" >work/c.py
git -C work add c.py
refused "git -C work commit -m Add" "does not name" "to allow it, write: picket:allow"
printf 'a = "%s"  # picket:allow %s\nb = "%s"\n' "$one" "$USER_TOKEN_RULE" "$two" >work/c.py
git -C work add c.py
refused "git -C work commit -m Add" c.py:2:

# The policy may take the word away, or honour other tools' words.
git -C work reset -q --hard
printf 'key = "%s"  # gitleaks:allow\n' "$two" >work/d.py
printf '{"inline": ["gitleaks"]}\n' >work/.picket.json
git -C work add .
passes "git -C work commit -m Add" d.py:1:
printf '# pragma: allowlist nextline secret\nkey = "%s"\nother = "%s"  # pragma: allowlist secret\n' \
  "$two" "$one" >work/e.py
printf '{"inline": ["detect-secrets"]}\n' >work/.picket.json
git -C work add .
passes "git -C work commit -m Add" e.py:2: e.py:3:
printf 'key = "%s"  # picket:allow %s\n' "$one" "$USER_TOKEN_RULE" >work/f.py
git -C work add .
refused "git -C work commit -m Add" f.py:1: inline
