# Protocol 0 is text and has no magic number.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

for name in model.pkl notes.txt; do
  for protocol in 0 1; do
    armed_pickle "work/$name" "$protocol"
    save work "Add a model"
    refused "git -C work push origin main"
    names "$name" "" "$(oid work)" "$DANGEROUS_RULE"
    git -C work reset -q --hard HEAD~1
  done
done

put work notes.txt "cposix
import os
system"
passes "git -C work push origin main"
