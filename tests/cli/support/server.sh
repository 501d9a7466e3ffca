# Sourced by the scenarios of servers that are emulated from their documented contracts: what a
# server's own hook does is written here in a few lines, picket's part is real.
# shellcheck shell=sh
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

# push_it REFSPEC: the server's address and options are in `remote.origin` of work.
push_it() {
  git -C work push -q origin "$1"
}

# answers_three_pushes: work is a clone, whose origin is guarded.
answers_three_pushes() {
  git -C work checkout -q -B main
  put work readme.txt 'A clean line.'
  passes 'push_it main'
  says_not GL-HOOK-ERR
  git -C work checkout -q -b leak
  put work settings.env "HF_TOKEN=$(token 7)"
  refused 'push_it leak' "$USER_TOKEN_RULE" settings.env
  git -C work checkout -q -b weights main
  armed_pickle work/model.pkl
  save work 'Weights'
  refused 'push_it weights' "$DANGEROUS_RULE" model.pkl
}
