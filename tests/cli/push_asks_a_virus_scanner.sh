#!/bin/sh
# Where the system's policy names a clamd, pushed blobs are shown to it; a stand-in that speaks its
# protocol answers here (tests/servers/clamd.sh has the real one).
. "$(dirname "$0")/common.sh"
needs_python socketserver

cat >clamd.py <<'END2'
import socketserver, struct, sys
class Clamd(socketserver.BaseRequestHandler):
    def take(self, size):
        data = b""
        while len(data) < size:
            data += self.request.recv(size - len(data)) or sys.exit("cut off")
        return data
    def handle(self):
        assert self.take(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack(">I", self.take(4))[0]:
            content += self.take(size)
        bad = b"wicked" in content
        self.request.sendall(b"stream: Test.Wicked FOUND\0" if bad else b"stream: OK\0")
socketserver.ThreadingUnixStreamServer("clamd.socket", Clamd).serve_forever()
END2
"$PYTHON" clamd.py 2>clamd.log &
clamd=$!
stop() {
  ended=$?
  set +e
  kill "$clamd" 2>/dev/null
  (exit "$ended")
  clean_up
}
trap stop EXIT
tries=0
until [ -S clamd.socket ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || fail 'no stand-in'
  sleep 0.1
done

echo "{\"malware\": {\"clamd\": \"$SCRATCH/clamd.socket\", \"max_bytes\": 1000}}" >policy.json
new_bare server
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
new_clone server work
put work notes.txt 'Harmless.'
passes 'git -C work push -q origin HEAD:main'
put work tool.bin 'A wicked tool.'
refused 'git -C work push -q origin HEAD:main' malware.signature Test.Wicked tool.bin
git -C work reset -q --hard HEAD~1
put work large.txt "$(letters 2000 1)"
passes 'git -C work push -q origin HEAD:main' malware.max_bytes

# What a pushed or a repository's own policy says of it does not count.
echo '{"malware": {"max_bytes": 1}}' >server/picket.json
put work more.txt 'More.'
undecided 'git -C work push -q origin HEAD:main' malware
rm server/picket.json

# A scanner that is down has seen nothing.
kill "$clamd"
undecided 'git -C work push -q origin HEAD:main' more.txt 'clamd gave no verdict'
