# A server's baseline is its administrator's: the pushed one counts only where it is honoured.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository old
put old a.txt "$token"
exits 0 "picket baseline old"
put old .picket.json '{"baseline": ".picket-baseline"}'

new_server server
refused "git -C old push '$SCRATCH/server' main" a.txt:1:
echo '{"baseline": "lines"}' >server/picket.json
cp old/.picket-baseline server/lines
undecided "git -C old push '$SCRATCH/server' main" '"baseline"' loosens
echo '{"baseline": "old/.picket-baseline"}' >system.json
arm server "$POLICY_OPTION '$SCRATCH/system.json'"
rm server/picket.json
passes "git -C old push '$SCRATCH/server' main" "1 allowed"

# Honoured: the default branch's baseline, not the pushed one.
echo '{"server": {"honour": [".picket.json"]}}' >system.json
echo "$token" >old/b.txt
save old "Again"
passes "git -C old push '$SCRATCH/server' main" "1 allowed"
put old c.txt "$(token 2)"
exits 0 "picket baseline old"
save old "Allow myself"
refused "git -C old push '$SCRATCH/server' main" c.txt:1:
