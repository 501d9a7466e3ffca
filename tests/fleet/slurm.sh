#!/bin/sh
# Twenty repositories on a real Slurm of one machine, by examples/fleet/slurm.sh: one task is killed
# in the middle and requeued, and the merged report has the bytes of a single run.
# By hand, as root, on a machine whose Slurm and MUNGE nobody else uses:
#   apt-get install --no-install-recommends slurm-wlm munge
#   PICKET=/usr/local/bin/picket tests/fleet/slurm.sh
# shellcheck source=tests/fleet/common.sh
. "$(dirname "$0")/common.sh"

for program in munged slurmctld slurmd sbatch; do
  command -v $program >/dev/null || skip "$program is not here"
done
[ "$(id -u)" -eq 0 ] || skip "Slurm wants to be started by root"

daemons=
stop_slurm() {
  status=$?
  trap - EXIT
  for daemon in $daemons; do kill "$daemon" 2>/dev/null || true; done
  sleep 1
  (exit $status)
  clean_up
}
trap stop_slurm EXIT

host=$(hostname -s)
SLURM_CONF=$SCRATCH/slurm/slurm.conf
export SLURM_CONF
mkdir slurm munge slurm/state slurm/spool
chmod 755 "$SCRATCH" slurm
chmod 700 munge
dd if=/dev/urandom of=munge/key bs=1024 count=1 2>/dev/null
chmod 400 munge/key
cat >"$SLURM_CONF" <<END
ClusterName=picket
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$SCRATCH/munge/socket
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmUser=root
StateSaveLocation=$SCRATCH/slurm/state
SlurmdSpoolDir=$SCRATCH/slurm/spool
SlurmctldPidFile=$SCRATCH/slurm/slurmctld.pid
SlurmdPidFile=$SCRATCH/slurm/slurmd.pid
SlurmctldPort=16817
SlurmdPort=16818
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
KillWait=2
JobRequeue=1
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
munged --foreground --force --key-file="$SCRATCH/munge/key" --socket="$SCRATCH/munge/socket" \
  --pid-file="$SCRATCH/munge/pid" --seed-file="$SCRATCH/munge/seed" \
  --log-file="$SCRATCH/munge/log" >/dev/null 2>&1 &
daemons=$!
sleep 1
slurmctld -D >slurm/slurmctld.log 2>&1 &
daemons="$daemons $!"
sleep 1
slurmd -D -N "$host" >slurm/slurmd.log 2>&1 &
daemons="$daemons $!"
tries=0
until sinfo -h -o %T 2>/dev/null | grep -q idle; do
  tries=$((tries + 1))
  [ $tries -lt 60 ] || {
    tail -n 20 slurm/*.log >"$OUTPUT"
    fail "Slurm did not start"
  }
  sleep 0.5
done

make_repositories repositories 20
exits 1 "picket audit --repos list --format json >single.json"

jobs=$(sbatch --parsable --array=0-3 --cpus-per-task=1 --mem=0 --chdir="$SCRATCH" \
  "$PICKET_SOURCE/examples/fleet/slurm.sh" "$SCRATCH/list" "$SCRATCH/results")
wait_for 30 "no task has written a result" has_a_result
victim=$(squeue -h -t RUNNING -o '%F_%a %K' -j "$jobs" | sed -n 's/.* //p' | head -n 1)
before=$(results)
[ "$before" -lt 20 ] || fail "everything was done before a task could be killed"
scontrol requeue "${jobs}_$victim"
echo "task $victim was killed and requeued when $before of 20 results were there"
tries=0
while [ "$(squeue -h -j "$jobs" 2>/dev/null | wc -l)" -gt 0 ]; do
  tries=$((tries + 1))
  # A requeued job waits two minutes before it may start again; nobody needs to wait here.
  scontrol update JobId="${jobs}_$victim" StartTime=now 2>/dev/null || true
  scontrol release "${jobs}_$victim" 2>/dev/null || true
  [ $tries -lt 600 ] || fail "the tasks did not end"
  sleep 0.5
done
cat "$SCRATCH"/picket-audit-*.log
# What Slurm itself has of each task, and of a merge that waits for them as the script says.
state_of() {
  scontrol show job "$1" | tr ' ' '\n' | sed -n 's/^JobState=//p; s/^ExitCode=//p' | tr '\n' ' '
}
for task in 0 1 2 3; do
  [ "$(state_of "${jobs}_$task")" = "COMPLETED 0:0 " ] ||
    fail "task $task ended as $(state_of "${jobs}_$task")"
done
merge=$(sbatch --parsable --dependency=afterok:"$jobs" --mem=0 --chdir="$SCRATCH" \
  --output=merge.log --wrap "'$PICKET' merge '$SCRATCH/results'")
tries=0
while case $(state_of "$merge") in PENDING* | RUNNING* | COMPLETING*) ;; *) false ;; esac do
  tries=$((tries + 1))
  [ $tries -lt 240 ] || fail "the merge did not end: $(state_of "$merge")"
  sleep 0.5
done
# Five repositories hold a token, so that it ends with 1.
[ "$(state_of "$merge")" = "FAILED 1:0 " ] || fail "the merge ended as $(state_of "$merge")"
[ "$(grep -c '^picket: shard' "$SCRATCH"/picket-audit-*_"$victim".log)" -eq 1 ] ||
  fail "the killed task has no single end"
same_as_single
