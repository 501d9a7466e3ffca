# A pickle that runs code, by its usual name, by a wrong one, and with no hint at all.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

for name in pytorch_model.bin notes.txt blob models/README.md; do
  for protocol in 2 4; do
    mkdir -p work/models
    armed_pickle "work/$name" "$protocol"
    save work "Add a model"
    refused "git -C work push origin main"
    names "$name" "" "$(oid work)" "$DANGEROUS_RULE"
    says system
    git -C work reset -q --hard HEAD~1
  done
done
