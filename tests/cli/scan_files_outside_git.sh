# Files and folders, with no repository anywhere.
. "$(dirname "$0")/common.sh"

token=$(token)
mkdir -p tree/deep
printf 'one\n%s\n' "$token" >tree/deep/a.txt
echo clean >tree/b.txt
armed_pickle tree/model.bin

exits 1 "picket scan tree"
names tree/deep/a.txt 2 "" "$USER_TOKEN_RULE"
names tree/model.bin "" "" "$DANGEROUS_RULE"
exits 0 "picket scan tree/b.txt"
exits 1 "picket scan tree/b.txt tree/deep --format json >report.json"
holds report.json 'd["verdict"] == "blocked"' 'd["scanned"]["blobs"] == 2' \
  'len(d["findings"]) == 1' 'd["findings"][0]["path"].endswith("deep/a.txt")' \
  'd["findings"][0]["commit"] in ("", None)'
exits 2 "picket scan tree/nowhere" nowhere
exits 2 "picket scan"
mkfifo tree/pipe
exits 1 "picket scan tree"
