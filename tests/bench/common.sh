# Sourced by the benches: a scratch folder that goes with the shell, time, and memory.

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# measured NAME COMMAND...: runs it; what measure.py tells goes to $scratch/NAME, what it writes to
# $scratch/NAME.out and .err.
measured() {
  name=$1
  shift
  code=0
  python3 "$(dirname "$0")/measure.py" "$scratch/$name" "$@" >"$scratch/$name.out" \
    2>"$scratch/$name.err" || code=$?
  awk -v name="$name" -v code="$code" '{
    printf "%-22s %8.2f s  processor %8.2f s  peak %7.1f MiB  exit %d\n", name, $1 / 1000,
      $3 / 1000, $2 / 1024, code }' "$scratch/$name"
}
