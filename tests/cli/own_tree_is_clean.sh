# No tracked file of this source tree holds anything that a precise rule finds.
. "$(dirname "$0")/common.sh"

for folder in src tests patterns hooks; do
  [ -e "$PICKET_SOURCE/$folder" ] || continue
  exits 0 "picket scan '$PICKET_SOURCE/$folder'"
done
