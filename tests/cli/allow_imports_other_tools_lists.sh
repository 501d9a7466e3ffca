# The lists of gitleaks and detect-secrets are taken over by looking again at what they name.
. "$(dirname "$0")/common.sh"

one=$(token 1)
two=$(token 2)
new_repository work
put work a.py "x = 1
key = '$one'"
commit=$(oid work)
put work a.py "x = 1"
put work "b:c.py" "key = '$two'"
install_hooks work

cat >work/.gitleaksignore <<END2
# findings that may stay
$commit:a.py:generic-api-key:2

b:c.py:generic-api-key:1
$commit:a.py:generic-api-key:1
$commit:gone.py:generic-api-key:1
$zero:a.py:generic-api-key:2
just words
END2
exits 2 "cd work && picket allow --import .gitleaksignore --expires 2999-01-01 --owner us" \
  "Of 6 entries of gitleaks, 4 could not be taken over" "2 now" \
  "line 5 (a.py:1)" "finds no secret" "line 6 (gone.py:1)" "line 7" "line 8" "no gitleaks fingerprint"
[ "$(grep -c 'imported from gitleaks.*2999-01-01.*us' work/.picket.json)" -eq 2 ] ||
  fail "there are not two lines"
git -C work add .
passes "git -C work commit -m Import"
exits 0 "picket audit work --policy work/.picket.json --report-unused" "2 allowed" "in use"
cp work/.picket.json before
exits 2 "cd work && picket allow --import .gitleaksignore" "0 now, 2 before"
cmp before work/.picket.json || fail "a second import changed the file"

# detect-secrets names a secret by its hash: another secret on that line is not meant.
rm work/.picket.json
hash() { printf %s "$1" | sha1sum | cut -d ' ' -f 1; }
cat >baseline.json <<END2
{"version": "1.5.0", "results": {"b:c.py": [
  {"type": "Secret Keyword", "filename": "b:c.py", "hashed_secret": "$(hash "$two")", "line_number": 99},
  {"type": "Secret Keyword", "filename": "b:c.py", "hashed_secret": "$(hash other)", "line_number": 1},
  {"type": "Secret Keyword", "hashed_secret": "$(hash "$two")", "line_number": 1, "is_secret": true}
]}, "generated_at": "2024-01-01T00:00:00Z"}
END2
exits 2 "cd work && picket allow --import ../baseline.json --reason 'old ones'" "1 now" \
  "entry 2 (b:c.py:1)" "not the one that the list means" "picket allow fp1:" \
  "entry 3" "real secret"
[ "$(grep -c '"old ones"' work/.picket.json)" -eq 1 ] || fail "there is not one line"
echo '{"results": 1}' >broken.json
exits 2 "cd work && picket allow --import ../broken.json" results
exits 2 "cd work && picket allow --import nowhere" nowhere
