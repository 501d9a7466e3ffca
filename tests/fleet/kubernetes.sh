#!/bin/sh
# Twenty repositories on a real Kubernetes cluster of one node, by examples/fleet/kubernetes.yaml:
# one pod is evicted in the middle, the picket of another is killed, and the merged report has the
# bytes of a single run.
# By hand, as root on that node, with a kubectl that speaks to the cluster and an image, known to
# the node, that has this picket and Git:
#   IMAGE=registry.example.com/picket:0.1.0 PICKET=/usr/local/bin/picket tests/fleet/kubernetes.sh
# It makes and deletes a namespace, picket-fleet, and two persistent volumes.
# shellcheck source=tests/fleet/common.sh
. "$(dirname "$0")/common.sh"

: "${IMAGE:=registry.example.com/picket:0.1.0}"
command -v kubectl >/dev/null || skip "kubectl is not here"
kubectl get nodes >/dev/null 2>&1 || skip "kubectl reaches no cluster"
[ "$(id -u)" -eq 0 ] || skip "the results get another owner, which only root may give them"

delete_all() {
  status=$?
  trap - EXIT
  kubectl delete namespace picket-fleet --ignore-not-found >/dev/null 2>&1 || true
  kubectl delete pv picket-fleet-repositories picket-fleet-results --ignore-not-found \
    >/dev/null 2>&1 || true
  (exit $status)
  clean_up
}
trap delete_all EXIT
in_fleet() { kubectl --namespace picket-fleet "$@"; }

make_repositories repositories 20
exits 1 "picket audit --repos list --format json >single.json"

mkdir results
chown 10001:10001 results
chmod 755 "$SCRATCH" repositories

# volume NAME CLAIM FOLDER MODE: a claim and the volume of this node that it gets.
volume() {
  cat <<END
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: picket-fleet-$1}
spec:
  capacity: {storage: 10Gi}
  accessModes: [$4]
  storageClassName: ""
  persistentVolumeReclaimPolicy: Retain
  claimRef: {namespace: picket-fleet, name: $2}
  hostPath: {path: $3, type: Directory}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: $2}
spec:
  accessModes: [$4]
  storageClassName: ""
  volumeName: picket-fleet-$1
  resources: {requests: {storage: 10Gi}}
END
}

# The example as it stands, but for the list, where the repositories are, the image, and so little
# of a processor that each pod takes long enough to be ended.
sed -e "s|registry.example.com/picket:0.1.0|$IMAGE|" \
  -e "s|mountPath: /repositories|mountPath: $SCRATCH/repositories|" \
  -e 's|requests: {cpu: "2"|requests: {cpu: 100m|' -e 's|limits: {|limits: {cpu: 100m, |' \
  -e '/^    \/repositories\//d' "$PICKET_SOURCE/examples/fleet/kubernetes.yaml" |
  awk -v list="$SCRATCH/list" '
    { print }
    /^  list: \|$/ { while ((getline line <list) > 0) print "    " line }' >job.yaml
kubectl create namespace picket-fleet
{
  volume repositories repositories "$SCRATCH/repositories" ReadOnlyMany
  volume results picket-results "$SCRATCH/results" ReadWriteMany
} | in_fleet apply -f -
# A field that Kubernetes does not know is refused.
in_fleet apply --validate=strict -f job.yaml

running() {
  in_fleet get pods --field-selector=status.phase=Running \
    -o jsonpath='{range .items[*]}{.metadata.name}{"\n"}{end}'
}
has_two_running() { [ "$(running | wc -l)" -ge 2 ]; }
# The index is in the name.
index_of() { echo "$1" | sed 's/^picket-audit-\([0-9]*\)-.*/\1/'; }

# picket_of POD: the number of its first process here. In the name of its control group the id of a
# pod may have _ for -.
picket_of() {
  id=$(in_fleet get pod "$1" -o jsonpath='{.metadata.uid}' | sed 's/-/[-_]/g')
  for process in /proc/[0-9]*; do
    grep -q "pod$id" "$process/cgroup" 2>/dev/null || continue
    if [ "$(cat "$process/comm")" = picket ]; then echo "${process#/proc/}"; fi
  done | sort -n | head -n 1
}

wait_for 120 "two pods never ran at once" has_two_running
evicted=$(running | sed -n 1p)
killed=$(running | sed -n 2p)
process=$(picket_of "$killed")
[ "$process" ] || fail "$killed runs no picket"
wait_for 120 "no pod has written a result" has_a_result
kill -KILL "$process"
before=$(results)
[ "$before" -lt 20 ] || fail "everything was done before a pod could be ended"
in_fleet create --raw "/api/v1/namespaces/picket-fleet/pods/$evicted/eviction" -f - >/dev/null <<END
{"apiVersion": "policy/v1", "kind": "Eviction",
 "metadata": {"namespace": "picket-fleet", "name": "$evicted"}}
END
echo "$killed was killed and $evicted evicted when $before of 20 results were there"

in_fleet wait --for=condition=complete --timeout=600s job/picket-audit || {
  in_fleet get pods,events >"$OUTPUT" 2>&1
  fail "the job did not end"
}
# An eviction counts against nothing, a kill as one failure.
[ "$(in_fleet get job picket-audit -o jsonpath='{.status.completedIndexes}')" = 0-7 ] ||
  fail "not every index is complete"
[ -z "$(in_fleet get job picket-audit -o jsonpath='{.status.failedIndexes}')" ] ||
  fail "an index has failed"
in_fleet get pods
in_fleet get pods --no-headers | grep -c "^picket-audit-$(index_of "$killed")-" | grep -q '^2$' ||
  fail "index $(index_of "$killed") was not started again once"

in_fleet logs -l job-name=picket-audit --prefix --tail=-1 >pods.log
[ "$(grep -c 'picket: shard' pods.log)" -eq 8 ] || {
  cp pods.log "$OUTPUT"
  fail "eight parts have not ended once each"
}
same_as_single
