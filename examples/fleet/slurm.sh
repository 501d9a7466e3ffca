#!/bin/bash
#SBATCH --job-name=picket-audit
#SBATCH --array=0-7
#SBATCH --cpus-per-task=4
#SBATCH --mem=2G
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=picket-audit-%A_%a.log
# Audits the repositories of a list, one shard a task; then one report of all:
#
#   job=$(sbatch --parsable examples/fleet/slurm.sh /shared/list /shared/results)
#   sbatch --dependency=afterok:"$job" --wrap 'picket merge /shared/results'
#
# LIST has one path a line, RESULTS is a folder that every node sees. Which shard a task is, and of
# how many, picket reads from the array. A task that is preempted, killed or requeued goes on with
# the first repository that has no result. The task's exit status says whether its part is done: 0,
# or 2 where a repository could not be opened, which the next start tries again; what was found
# decides the status of the merge (0 clean, 1 something blocks, 2 could not tell). Tasks that are
# sent again by themselves (--array=3) need the number of all: add --shards 8 below.
set -eu
exec "${PICKET:-picket}" audit --repos "$1" --results "$2" --threads "${SLURM_CPUS_PER_TASK:-0}"
