# R files, packed as R packs them: a promise that waits to be used is refused, a table is not.
. "$(dirname "$0")/common.sh"

needs_python
r_file() {  # FILE KIND
  "$PYTHON" - "$1" "$2" <<'END'
import gzip, struct, sys
def integer(value):
    return struct.pack(">i", value)
def chars(text):
    return integer(9) + integer(len(text)) + text
def symbol(name):
    return integer(1) + chars(name)
head = b"X\n" + integer(3) + integer(0x40202) + integer(0x30500) + integer(5) + b"UTF-8"
numbers = integer(14) + integer(3) + struct.pack(">3d", 1, 2, 3)
call = integer(6) + symbol(b"sys" + b"tem") + integer(2) + integer(16) + integer(1) + chars(b"true")
promise = integer(5 | 1024) + integer(253) + integer(252) + call + integer(254)
body = {"table": integer(19) + integer(1) + numbers, "promise": promise,
        "variable": integer(2 | 1024) + symbol(b"x") + promise + integer(254)}[sys.argv[2]]
prefix = b"RDX3\n" if sys.argv[2] == "variable" else b""
open(sys.argv[1], "wb").write(gzip.compress(prefix + head + body))
END
}

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

r_file work/data.rds table
save work "Add a table"
passes "git -C work push origin main"

r_file work/fit.rds promise
save work "Add a fit"
refused "git -C work push origin main" r.promise fit.rds
git -C work reset -q --hard HEAD~1

r_file work/all.RData variable
save work "Add variables"
refused "git -C work push origin main" r.promise all.RData
exits 1 "picket explain work/all.RData" r.promise
