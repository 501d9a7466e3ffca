"""measure.py [--program PATH] FILE COMMAND...: runs the command and writes one line to FILE:
milliseconds of time, the peak in KiB of anonymous and shared memory, milliseconds of processor time.

Memory is that of the command and all that came of it together or, with --program, of all processes
of that program, whoever started them; looked at every 40 ms. A page that two of them share counts
twice. Processor time is the kernel's count for the command and the children that it waited for, so
that looking costs a hundredth of a core and is not counted."""
import os
import subprocess
import sys
import time


def memory(pid):
    try:
        with open("/proc/%s/status" % pid) as status:
            return sum(int(line.split()[1]) for line in status
                       if line.startswith(("RssAnon:", "RssShmem:")))
    except OSError:
        return 0


def family(pid):
    yield pid
    try:
        threads = os.listdir("/proc/%s/task" % pid)
    except OSError:
        return
    for thread in threads:
        try:
            with open("/proc/%s/task/%s/children" % (pid, thread)) as children:
                found = children.read().split()
        except OSError:
            continue
        for child in found:
            yield from family(child)


def processes_of(program):
    for pid in os.listdir("/proc"):
        try:
            if pid.isdigit() and os.readlink("/proc/%s/exe" % pid) == program:
                yield pid
        except OSError:
            pass


program = None
arguments = sys.argv[1:]
if arguments[0] == "--program":
    program, arguments = os.path.realpath(arguments[1]), arguments[2:]
start = time.monotonic()
running = subprocess.Popen(arguments[1:])
peak = 0
while True:
    ended, status, used = os.wait4(running.pid, os.WNOHANG)
    if ended:
        break
    pids = processes_of(program) if program else family(running.pid)
    peak = max(peak, sum(memory(pid) for pid in pids))
    time.sleep(0.04)
spent = time.monotonic() - start
with open(arguments[0], "w") as out:
    out.write("%d %d %d\n" % (spent * 1000, peak, (used.ru_utime + used.ru_stime) * 1000))
sys.exit(os.waitstatus_to_exitcode(status) & 255)
