# A weight file that runs code does not even become a commit.
. "$(dirname "$0")/common.sh"

new_repository work
put work a.txt base
install_hooks work
armed_pickle work/pytorch_model.bin
git -C work add pytorch_model.bin

refused "git -C work commit -m Model"
names pytorch_model.bin "" "" "$DANGEROUS_RULE"

benign_state_dict work/pytorch_model.bin
git -C work add pytorch_model.bin
passes "git -C work commit -m Model"
