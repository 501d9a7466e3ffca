# Sourced by every scenario: a world of its own for real git, and the words that scenarios are told
# in. The caller may set
#   PICKET          the program under test (default: the one in build/)
#   PICKET_SOURCE   the source tree
#   PICKET_OPTIONS  words put before every verb, in hooks too
#   PICKET_HASH     what names the objects of new repositories: sha1 (default) or sha256
#   KEEP=1          leaves the scratch directory behind and says where it is
# A scenario starts in an empty directory, $SCRATCH, in which every repository lives by name.
# shellcheck shell=sh
set -eu

: "${PICKET_SOURCE:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${PICKET:=$PICKET_SOURCE/build/picket}"
: "${PICKET_OPTIONS=}"
: "${PICKET_HASH:=sha1}"

# What the messages must name.
USER_TOKEN_RULE=huggingface.user-token
ORGANIZATION_TOKEN_RULE=huggingface.org-token
OAUTH_TOKEN_RULE=huggingface.oauth-token
JWT_RULE=huggingface.jwt-token
DANGEROUS_RULE=pickle.dangerous-global
UNKNOWN_RULE=pickle.unknown-global
# The administrator's own policy file and rules, named on the hook's command line.
POLICY_OPTION=--policy
RULES_OPTION=--rules
export PICKET PICKET_SOURCE USER_TOKEN_RULE ORGANIZATION_TOKEN_RULE OAUTH_TOKEN_RULE JWT_RULE \
  DANGEROUS_RULE UNKNOWN_RULE POLICY_OPTION RULES_OPTION

for variable in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p'); do
  unset "$variable"
done
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME NO_COLOR PREFIX
SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/picket-scenario.XXXXXX")
SCRATCH=$(cd "$SCRATCH" && pwd -P)
clean_up() {
  status=$?
  trap - EXIT
  case $status in
    0 | 77) ;;
    *) [ "${told:-}" ] || echo "FAILED: the scenario's own commands ended with $status" >&2 ;;
  esac
  cd /
  if [ "${KEEP:-}" ]; then
    echo "kept: $SCRATCH" >&2
  else
    chmod -R u+rwx "$SCRATCH" 2>/dev/null || true
    rm -rf "$SCRATCH"
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
cd "$SCRATCH"

mkdir .home .state
HOME=$SCRATCH/.home
OUTPUT=$SCRATCH/.state/output
HOOK_LOG=$SCRATCH/.state/hooks
TOKENS=$SCRATCH/.state/tokens
export HOME LC_ALL=C TZ=UTC PAGER=cat GIT_MERGE_AUTOEDIT=no GIT_TERMINAL_PROMPT=0
export GIT_DEFAULT_HASH="$PICKET_HASH" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$SCRATCH/.home/gitconfig"
cat >"$GIT_CONFIG_GLOBAL" <<'END'
[user]
	name = A U Thor
	email = author@example.com
[init]
	defaultBranch = main
[protocol "file"]
	allow = always
[commit]
	gpgSign = false
[gc]
	auto = 0
[core]
	fsync = none
[advice]
	detachedHead = false
[merge]
	conflictStyle = merge
END
repositories=
: >"$TOKENS"

# Ends the scenario: a sentence, then what the last command printed.
fail() {
  told=1
  echo "FAILED: $*" >&2
  if [ -s "$OUTPUT" ]; then
    echo '--- output:' >&2
    cat -v "$OUTPUT" >&2
  fi
  exit 1
}

# Ends the scenario as one that can't run here, and says why.
skip() {
  echo "SKIPPED: $*" >&2
  exit 77
}

not() {
  if "$@"; then return 1; else return 0; fi
}

# --- Content -------------------------------------------------------------------------------------

# letters COUNT SEED [ALPHABET]: the same letters for the same seed, and nothing that looks like a
# word.
letters() {
  awk -v count="$1" -v seed="$2" \
    -v alphabet="${3:-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ}" 'BEGIN {
      state = 1 + (seed * 7919 + 104729) % 2147483646
      for (i = 0; i < 20; ++i) state = (state * 16807) % 2147483647
      for (i = 0; i < count; ++i) {
        state = (state * 16807) % 2147483647
        text = text substr(alphabet, 1 + int(state / 2147483647 * length(alphabet)), 1)
      }
      print text
    }'
}

# token [SEED]: a Hugging Face user token that never existed. Remembered, so that `hidden` can tell
# whether it leaked into any output.
token() {
  made=$(printf 'h%s_%s' f "$(letters 34 "${1:-1}")")
  echo "$made" >>"$TOKENS"
  echo "$made"
}

organization_token() {
  made=$(printf 'api_%s_%s' org "$(letters 34 "${1:-2}")")
  echo "$made" >>"$TOKENS"
  echo "$made"
}

if [ -x /usr/bin/python3 ]; then PYTHON=/usr/bin/python3; else PYTHON=python3; fi
export PYTHON
needs_python() {
  "$PYTHON" -c "import ${1:-sys}" 2>/dev/null || skip "python3 with ${1:-its library} is not here"
}

# armed_pickle FILE [PROTOCOL]: loading FILE would run the harmless command `true`.
armed_pickle() {
  needs_python
  "$PYTHON" -c '
import os, pickle, sys
class Armed:
    def __reduce__(self):
        return os.system, ("true",)
with open(sys.argv[1], "wb") as out:
    out.write(pickle.dumps(Armed(), int(sys.argv[2])))
' "$1" "${2:-2}"
}

# torch_zip FILE PREFIX [PICKLE]: the layout of torch.save. Without PICKLE its data.pkl is a state
# dict with one 2x2 tensor, written as torch writes it.
torch_zip() {
  needs_python
  "$PYTHON" -c '
import collections, io, pickle, sys, types, zipfile
torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
sys.modules.update({"torch": torch, "torch._utils": utils})
def rebuild(*arguments):
    pass
rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
utils._rebuild_tensor_v2 = rebuild
class FloatStorage:
    pass
FloatStorage.__module__ = "torch"
torch.FloatStorage = FloatStorage
class Storage:
    pass
class Tensor:
    def __reduce_ex__(self, protocol):
        return rebuild, (Storage(), 0, (2, 2), (2, 1), False, collections.OrderedDict())
class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        if isinstance(thing, Storage):
            return "storage", FloatStorage, "0", "cpu", 4
name, prefix, given = sys.argv[1:]
data = io.BytesIO()
Pickler(data, 2).dump(collections.OrderedDict([("layer.weight", Tensor())]))
data = open(given, "rb").read() if given else data.getvalue()
with zipfile.ZipFile(name, "w", zipfile.ZIP_STORED) as archive:
    for member, content in (("data.pkl", data), ("byteorder", b"little"),
                            ("data/0", bytes(range(16))), ("version", b"3\n")):
        archive.writestr(zipfile.ZipInfo(prefix + "/" + member), content)
' "$1" "$2" "${3:-}"
}

benign_state_dict() {
  torch_zip "$1" archive
}

# --- Repositories --------------------------------------------------------------------------------

# Every commit is a minute younger than the one before.
clock=1700000000
tick() {
  clock=$((clock + 60))
  GIT_AUTHOR_DATE="$clock +0000"
  GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
  export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}
tick

# Hooks note their exit status: `git push` and `git commit` end with 1 whatever the hook said.
write_hook() { # FILE VERB [ARGUMENTS]
  mkdir -p "$(dirname "$1")"
  cat >"$1" <<END
#!/bin/sh
'$PICKET' $PICKET_OPTIONS $2 ${3:-}
status=\$?
echo "$2 \$status" >>'$HOOK_LOG'
exit \$status
END
  chmod +x "$1"
}

# arm SERVER [ARGUMENTS]: installs the pre-receive hook; the arguments go to the verb.
arm() {
  write_hook "$1/hooks/pre-receive" pre-receive "${2:-}"
}

install_hooks() { # REPO
  hooks=$(cd "$1" && cd "$(git rev-parse --git-common-dir)" && pwd)/hooks
  write_hook "$hooks/pre-commit" pre-commit
  write_hook "$hooks/pre-merge-commit" pre-merge-commit
  write_hook "$hooks/commit-msg" commit-msg '"$1"'
  write_hook "$hooks/pre-push" pre-push '"$@"'
}

# The refs of a repository that this scenario made are watched: see `refused`.
watch() {
  repositories="$repositories $1"
}

new_bare() { # NAME
  git init -q --bare "$1"
  watch "$1"
}

new_server() { # NAME
  new_bare "$1"
  arm "$1"
}

new_repository() { # NAME
  git init -q "$1"
  watch "$1"
}

# new_clone SERVER NAME: `origin` is a file:// address.
new_clone() {
  git clone -q "file://$SCRATCH/$1" "$2" 2>/dev/null
  watch "$2"
}

# put REPO PATH CONTENT [MESSAGE]: commits one text file, past any hook.
put() {
  mkdir -p "$(dirname "$1/$2")"
  printf '%s\n' "$3" >"$1/$2"
  save "$1" "${4:-Change $2}"
}

# save REPO MESSAGE: commits everything in the worktree, past any hook.
save() {
  tick
  git -C "$1" add -A
  git -C "$1" commit -q --no-verify --allow-empty -m "$2"
}

# smuggle REPO ARGUMENTS: pushes past every hook, to make the past that a scenario starts from.
smuggle() {
  repository=$1
  shift
  git -C "$repository" -c remote.origin.receivepack='git -c core.hooksPath=/dev/null receive-pack' \
    push -q --no-verify "$@" 2>/dev/null
}

# receive SERVER [ARGUMENTS]: the hook by hand, its lines on stdin. Makes no quarantine.
receive() {
  (
    cd "$1"
    shift
    # shellcheck disable=SC2086
    GIT_DIR=. exec "$PICKET" $PICKET_OPTIONS pre-receive "$@"
  )
}

picket() {
  # shellcheck disable=SC2086
  "$PICKET" $PICKET_OPTIONS "$@"
}

oid() { # REPO [REVISION]
  git -C "$1" rev-parse --verify -q "${2:-HEAD}"
}

case $PICKET_HASH in
  sha256) zero=$(printf %064d 0) ;;
  *) zero=$(printf %040d 0) ;;
esac
export zero

ref_unchanged() { # REPO REF OID-OR-EMPTY
  now=$(git -C "$1" rev-parse --verify -q "$2" || true)
  [ "$now" = "$3" ] || fail "$2 in $1 is '$now', not '$3'"
}

all_refs() {
  for repository in $repositories; do
    echo "$repository $(git -C "$repository" rev-parse -q --verify HEAD 2>/dev/null || true)"
    git -C "$repository" for-each-ref --format='%(refname) %(objectname)' 2>/dev/null || true
  done
}

# --- What a command must do ------------------------------------------------------------------------
# Commands are given as one string and evaluated in a subshell. What they print, on either stream,
# is in $OUTPUT afterwards. A command that calls git must have run at least one hook.

run() { # COMMAND
  : >"$HOOK_LOG"
  refs_before=$(all_refs)
  status=0
  (eval "$1") >"$OUTPUT" 2>&1 </dev/null || status=$?
  verdict=$status
  case " $1" in
    *[\ \(]git\ *)
      [ -s "$HOOK_LOG" ] || fail "no hook ran in: $1"
      verdict=$(sed -n 's/.* \([1-9][0-9]*\)$/\1/p' "$HOOK_LOG" | tail -n 1)
      : "${verdict:=0}"
      ;;
  esac
  hidden
}

# No piece of any token of this scenario in the output. Git's own lines are not ours.
hidden() {
  sed -n 's/^........\(............\).*/\1/p; s/^....................\(............\).*/\1/p' \
    "$TOKENS" >"$SCRATCH/.state/pieces"
  [ -s "$SCRATCH/.state/pieces" ] || return 0
  if grep -v -e '^ [-!*+=] ' -e '^ create mode' -e '^\[' -e '^error: failed to push' "$OUTPUT" |
    grep -q -F -f "$SCRATCH/.state/pieces"; then
    fail 'a token stands in the output'
  fi
}

says() { # PATTERN...: each stands in the output, as it is written here
  for pattern in "$@"; do
    grep -q -F -e "$pattern" "$OUTPUT" || fail "the output does not say: $pattern"
  done
}

says_not() {
  for pattern in "$@"; do
    not grep -q -F -e "$pattern" "$OUTPUT" || fail "the output says: $pattern"
  done
}

# names FILE LINE COMMIT RULE: what a refusal must name; "" for what does not apply. The commit is
# named by its first ten digits at least.
names() {
  if [ "$1" ]; then says "$1"; fi
  if [ "$2" ]; then
    place=$(printf '%s' "$1" | sed 's/[][\.*^$+?(){}|/]/\\&/g')
    grep -q -E -e "$place(:|,? line )$2([^0-9]|\$)" "$OUTPUT" || fail "line $2 of $1 is not named"
  fi
  if [ "$3" ]; then says "$(printf %.10s "$3")"; fi
  says "$4"
}

ended_with() { # VERDICT COMMAND PATTERN...
  expected=$1
  command=$2
  shift 2
  [ "$status" -ne 0 ] || fail "was accepted: $command"
  [ "$verdict" -eq "$expected" ] || fail "ended with $verdict, not $expected: $command"
  [ "$(all_refs)" = "$refs_before" ] || fail "a ref moved: $command"
  says "$@"
}

# refused COMMAND PATTERN...: something blocks, and no ref in any repository has moved.
refused() {
  run "$1"
  ended_with 1 "$@"
}

# undecided COMMAND PATTERN...: it could not be told, so nothing was let in.
undecided() {
  run "$1"
  ended_with 2 "$@"
}

passes() { # COMMAND PATTERN...
  run "$1"
  [ "$status" -eq 0 ] || fail "ended with $status, not 0: $1"
  [ "$verdict" -eq 0 ] || fail "a hook ended with $verdict, not 0: $1"
  shift
  says "$@"
}

exits() { # STATUS COMMAND PATTERN...
  expected=$1
  run "$2"
  [ "$status" -eq "$expected" ] || fail "ended with $status, not $expected: $2"
  shift 2
  says "$@"
}

# holds FILE EXPRESSION...: each Python expression is true of the JSON document in FILE, named `d`.
holds() {
  needs_python
  "$PYTHON" -c '
import json, sys
try:
    d = json.load(open(sys.argv[1], encoding="utf-8"))
except ValueError as error:
    sys.exit("%s is not JSON: %s" % (sys.argv[1], error))
for expression in sys.argv[2:]:
    try:
        if eval("(" + expression + ")", {"d": d}): continue
    except (KeyError, IndexError, TypeError, StopIteration) as error:
        print(repr(error))
    sys.exit("does not hold: %s\n%s" % (expression, json.dumps(d, indent=1)[:4000]))
' "$@" >"$OUTPUT" 2>&1 || fail "the document $1 is not as it should be"
}
