# A push to an address has no remote-tracking refs to say what is known there.
. "$(dirname "$0")/common.sh"

token=$(token)
new_bare server
new_bare other
new_clone server work
put work a.txt "$token"
bad=$(oid work)
put work a.txt base
smuggle work origin main
install_hooks work

# The address of origin: what origin has is known.
put work b.txt clean
passes "git -C work push 'file://$SCRATCH/server' main"
# Another address: everything is new there.
refused "git -C work push '$SCRATCH/other' main"
names a.txt 1 "$bad" "$USER_TOKEN_RULE"
refused "git -C work push 'file://$SCRATCH/other' HEAD:refs/heads/topic"
names a.txt 1 "$bad" "$USER_TOKEN_RULE"
