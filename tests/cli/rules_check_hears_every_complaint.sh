# A folder of rules that break promises: each is told, at once, and the check fails.
. "$(dirname "$0")/common.sh"

mkdir -p rules/secrets
rule() { # ID PATTERN MAX_WIDTH EXAMPLE [MORE]
  printf '{"id": "%s", "family": "%s", "tier": "precise", "severity": "low", "description": "A thing.",
    "remediation": "Remove it.", "pattern": "%s", "max_width": %s, "examples": ["%s"]%s}' \
    "$1" "$1" "$2" "$3" "$4" "${5:-}"
}
{
  printf '{"rules": ['
  rule a.longer 'zz[0-9]{4}' 6 'x=zz{digit:4}'
  printf ','
  rule a.prefix 'yy?[a-z]{0,3}[0-9]{9}' 14 'x = yy{digit:9}' ', "encoded_literals": ["yyy"]'
  printf ','
  rule a.wide 'ww[0-9]{600}[0-9]{600}' 1202 'ww{digit:1200}'
  printf ','
  rule a.dear '[a-z]{4}' 4 'abc{lower:1}'
  printf ','
  rule a.unfound 'vv[0-9]{4}' 6 'vv{lower:4}'
  printf ','
  rule a.refusing 'uu([0-9]{4})' 6 'uu{digit:4}' \
    ', "validators": [{"is": "entropy", "number": 1}]'
  printf ']}'
} >rules/secrets/a.json

exits 1 "picket $RULES_OPTION '$SCRATCH/rules' rules check" "a.longer" "a longer form" \
  "a.wide" "over the budget of 1024" "a.dear" "look like a match" "a.unfound" \
  "does not find its example" "a.refusing" "its validators (entropy) refuse" "complaints"
