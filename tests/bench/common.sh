# Sourced by the benches: a scratch folder that goes with the shell, time, and a process's memory.

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

now() { date +%s%N; }

# Milliseconds of processor time that children which have ended took.
spent_by_children() {
  times >"$scratch/times"
  awk 'NR == 2 { split($0, part, /[ms ]+/)
    printf "%d\n", ((part[1] + part[3]) * 60 + part[2] + part[4]) * 1000 }' "$scratch/times"
}

# The process and all that came of it, which memory is counted together: the sandbox's two halves.
family() {
  echo "$1"
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do family "$child"; done
}

# measured NAME COMMAND...: runs it, samples its memory every 20 ms; "MILLISECONDS PEAK-KIB CPU" goes
# to $scratch/NAME, what it writes to $scratch/NAME.out and .err.
measured() {
  name=$1
  shift
  spent_by_children >"$scratch/before"
  start=$(now)
  "$@" >"$scratch/$name.out" 2>"$scratch/$name.err" &
  running=$!
  peak=0
  while kill -0 "$running" 2>/dev/null; do
    kib=$(family "$running" | sed 's|.*|/proc/&/status|' | xargs cat 2>/dev/null |
      awk '/^Rss(Anon|Shmem):/ { sum += $2 } END { print sum + 0 }')
    if [ "${kib:-0}" -gt "$peak" ]; then peak=$kib; fi
    sleep 0.02
  done
  code=0
  wait "$running" || code=$?
  spent=$((($(now) - start) / 1000000))
  spent_by_children >"$scratch/after"
  cpu=$(($(cat "$scratch/after") - $(cat "$scratch/before")))
  echo "$spent $peak $cpu" >"$scratch/$name"
  awk -v name="$name" -v spent="$spent" -v cpu="$cpu" -v peak="$peak" -v code="$code" 'BEGIN {
    printf "%-22s %8.2f s  processor %8.2f s  peak %7.1f MiB  exit %d\n", name, spent / 1000,
      cpu / 1000, peak / 1024, code }'
}
