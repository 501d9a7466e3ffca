#!/bin/sh
# Audits the repositories of a list on one machine, several at a time, by GNU parallel; then one
# report of all. Started again after anything went wrong, it goes on where it was.
#
#   examples/fleet/parallel.sh LIST RESULTS [TASKS]
#
# Which shard a task is, picket reads from PARALLEL_SEQ. With --sshlogin the same runs on several
# machines that share LIST and RESULTS; PARALLEL_SEQ goes along.
set -eu
list=$1
results=$2
tasks=${3:-8}
seq "$tasks" | parallel -N0 --retries 3 "${PICKET:-picket}" audit --repos "$list" \
  --results "$results" --shards "$tasks" --threads 1 >&2
exec "${PICKET:-picket}" merge "$results"
