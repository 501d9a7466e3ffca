# Files that tools keep tokens in are told by their paths.
. "$(dirname "$0")/common.sh"

new_repository work
put work home/.cache/huggingface/token "not a token of any known form"
put work .git-credentials "https://me@example.com"
put work huggingface/README.md nothing

run "picket audit work --format json >report.json"
[ "$status" -le 1 ] || fail "ended with $status"
holds report.json \
  '{f["path"] for f in d["findings"]}
     == {"home/.cache/huggingface/token", ".git-credentials"}'
