#!/bin/sh
# A real clamd with two signatures of our own: the EICAR test file, put together here, and a word
# that it also finds inside a zip archive.
. "$(dirname "$0")/common.sh"
needs clamd
needs_python zipfile

mkdir db tmp
chmod 755 "$SCRATCH" db tmp
word="picket-$(letters 20 9)"
eicar() {
  printf '%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}' '$EICAR-STANDARD' '-ANTIVIRUS-TEST-' 'FILE!$H+H*'
}
printf '%s:%s:Test.Eicar\n' "$(eicar | md5sum | cut -d ' ' -f 1)" "$(eicar | wc -c)" >db/own.hdb
printf 'Test.Word:0:*:%s\n' "$(printf %s "$word" | od -An -tx1 | tr -d ' \n')" >db/own.ndb
port=$(free_port)
cat >clamd.conf <<END2
LocalSocket $SCRATCH/clamd.socket
TCPSocket $port
TCPAddr 127.0.0.1
DatabaseDirectory $SCRATCH/db
TemporaryDirectory $SCRATCH/tmp
StreamMaxLength 2M
Foreground yes
$([ "$(id -u)" -ne 0 ] || echo 'User root')
END2
start_clamd() {
  daemon clamd clamd -c "$SCRATCH/clamd.conf"
  clamd_process=${daemons##* }
  wait_for '[ -S clamd.socket ]'
  listens "$port"
}
start_clamd

git init -q --bare repository.git
picket install --server repository.git >"$OUTPUT"
policy() { # CLAMD [MORE]
  echo "{\"malware\": {\"clamd\": \"$1\", \"timeout_seconds\": 10${2:-}}}" >policy.json
}
sed -i "s|pre-receive \"\$@\"|pre-receive --policy '$SCRATCH/policy.json' \"\$@\"|" \
  repository.git/hooks/pre-receive
server=repository.git
policy "$SCRATCH/clamd.socket"
three_pushes 'clamd over a unix socket' "file://$SCRATCH/repository.git" repository.git

git -C work checkout -q -b eicar main
eicar >work/test.com
save work 'A test file'
refuses eicar malware.signature Test.Eicar test.com
policy "127.0.0.1:$port"
refuses eicar malware.signature Test.Eicar
echo "   EICAR refused in $took ms over TCP"
git -C work checkout -q -b zipped main
(cd work && "$PYTHON" -c 'import sys, zipfile
with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("inner.txt", sys.argv[1] * 10)' "$word")
save work 'A zip'
refuses zipped malware.signature Test.Word a.zip

# Many blobs, several connections.
policy "$SCRATCH/clamd.socket"
git -C work checkout -q -b many main
mkdir work/many
for i in $(seq 500); do letters 2000 "$i" >work/many/$i; done
save work 'Many'
accepts many
with=$took
git -C work push -q origin :many 2>/dev/null
policy ''
sed -i 's/"clamd": "", //' policy.json
accepts many
echo "   a push of 500 blobs: $with ms with clamd, $took ms without"

# Larger than is sent, larger than clamd takes, no clamd.
git -C work checkout -q -b large main
head -c 3000000 /dev/urandom >work/large.bin
save work 'Large'
policy "$SCRATCH/clamd.socket" ', "max_bytes": 1000000'
accepts large
says malware.max_bytes
git -C work push -q origin :large 2>/dev/null
policy "$SCRATCH/clamd.socket" ', "max_bytes": 1000000, "larger": "gap"'
refuses large large.bin malware.max_bytes
policy "$SCRATCH/clamd.socket"
refuses large 'clamd gave no verdict' 'size limit exceeded'
kill "$clamd_process"
wait "$clamd_process" 2>/dev/null || true
git -C work checkout -q -b down main
put work down.txt 'Nothing to find.'
refuses down 'clamd gave no verdict'
start_clamd
accepts down
# A clamd that is stopped answers nobody.
kill -STOP "$clamd_process"
sed -i 's/"timeout_seconds": 10/"timeout_seconds": 1/' policy.json
put work stopped.txt 'Nothing to find here either.'
refuses down 'clamd gave no verdict'
kill -CONT "$clamd_process"
accepts down
# What came without a hook.
git -C work push -q "$SCRATCH/repository.git" 2>/dev/null || true
git -C repository.git fetch -q ../work eicar:eicar
exits 1 "picket --policy policy.json audit --server . --state state" Test.Eicar
echo 'ok: clamd'
