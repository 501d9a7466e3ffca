# A torch archive whose records stand under a prefix that torch never writes.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
armed_pickle armed.pkl

for prefix in archive x/y/z Archive.bak; do
  torch_zip work/model.pt "$prefix" armed.pkl
  save work "Add a model"
  refused "git -C work push origin main"
  names model.pt "" "$(oid work)" "$DANGEROUS_RULE"
  says data.pkl
  git -C work reset -q --hard HEAD~1
done

torch_zip work/model.pt x/y/z
save work "Add a harmless model"
passes "git -C work push origin main"
