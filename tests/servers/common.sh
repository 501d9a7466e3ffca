# Sourced by the scripts of this folder: a real server, set up from nothing in a scratch directory
# and taken down again, and the three pushes that each must answer. They are run by hand
# (tests/servers/run), because they need daemons. What they need and is not here: exit 77.
# shellcheck shell=sh
if [ -z "${PICKET:-}" ]; then
  PICKET=$(cd "$(dirname "$0")/../.." && pwd)/build/installed/bin/picket
fi
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/../cli/common.sh"
[ -x "$PICKET" ] || fail "there is no $PICKET; install it there, or name another as PICKET"

needs() { # PROGRAM...
  for program in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null 2>&1 || skip "$program is not here"
  done
}
PATH=$PATH:/usr/sbin:/sbin

# A daemon of this script: ended, by its number, when the script ends.
daemons=
daemon() { # NAME COMMAND...
  name=$1
  shift
  "$@" >"$SCRATCH/.state/$name.log" 2>&1 &
  daemons="$daemons $!"
}
end_daemons() {
  for one in $daemons; do
    kill "$one" 2>/dev/null || true
    wait "$one" 2>/dev/null || true
  done
  for file in "$SCRATCH"/.state/*.pid; do
    [ ! -r "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
  done
}
clean_up_server() {
  status=$?
  trap - EXIT
  end_daemons
  [ "$status" -eq 0 ] || [ "$status" -eq 77 ] || tail -n 20 "$SCRATCH"/.state/*.log >&2 2>/dev/null
  cd /
  if [ "${KEEP:-}" ]; then
    echo "kept: $SCRATCH" >&2
  else
    chmod -R u+rwx "$SCRATCH" 2>/dev/null || true
    rm -rf "$SCRATCH"
  fi
  exit "$status"
}
trap clean_up_server EXIT

free_port() {
  needs_python
  "$PYTHON" -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

wait_for() { # COMMAND: until it ends with 0, ten seconds at most
  tries=0
  until eval "$1" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "in vain: $1"
    sleep 0.1
  done
}

listens() { # PORT
  wait_for "\"$PYTHON\" -c 'import socket; socket.create_connection((\"127.0.0.1\", $1), 1)'"
}

now() { date +%s%3N; }

# push REFSPEC: what was printed is in $OUTPUT, how long it took in $took, how it ended in $status.
push() {
  start=$(now)
  status=0
  git -C work push origin "$1" >"$OUTPUT" 2>&1 </dev/null || status=$?
  took=$(($(now) - start))
  hidden
}

accepts() { # REFSPEC
  push "$1"
  [ "$status" -eq 0 ] || fail "refused: $1"
}

# A refusal that says why, and after which the server holds what it held.
refuses() { # REFSPEC PATTERN...
  before=$(git -C "$server" for-each-ref)
  push "$1"
  [ "$status" -ne 0 ] || fail "accepted: $1"
  shift
  says "$@"
  [ "$(git -C "$server" for-each-ref)" = "$before" ] || fail 'a ref moved'
}

# three_pushes NAME URL SERVER-REPOSITORY
three_pushes() {
  what=$1
  server=$3
  rm -rf work
  git clone -q "$2" work 2>"$OUTPUT" || fail "no clone of $2"
  git -C work checkout -q -B main
  put work readme.txt 'A clean line.'
  accepts main
  clean=$took
  [ "$(oid work main)" = "$(oid "$server" refs/heads/main)" ] || fail 'the clean push did not arrive'
  git -C work checkout -q -b leak
  put work settings.env "HF_TOKEN=$(token 7)"
  refuses leak "$USER_TOKEN_RULE" settings.env
  leak=$took
  git -C work checkout -q -b weights main
  armed_pickle work/model.pkl
  save work 'Weights'
  refuses weights "$DANGEROUS_RULE" model.pkl
  git -C "$server" fsck --no-progress >"$OUTPUT" 2>&1 || fail 'fsck complains'
  echo "ok: $what: clean push $clean ms, token refused in $leak ms, armed pickle in $took ms"
}
