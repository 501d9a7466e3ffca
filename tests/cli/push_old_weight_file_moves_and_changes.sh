# An old dangerous file may move as it is; with one more byte it is another file.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
armed_pickle work/model.pkl
save work Model
smuggle work origin main
git -C work mv model.pkl other.pkl
save work Move
passes "git -C work push origin main"

printf x >>work/other.pkl
save work Change
refused "git -C work push origin main"
names other.pkl "" "$(oid work)" "$DANGEROUS_RULE"
