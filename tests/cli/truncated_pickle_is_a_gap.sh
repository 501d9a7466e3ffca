# A pickle that ends too soon could not be judged: servers close, local hooks warn.
. "$(dirname "$0")/common.sh"

needs_python
new_server server
new_clone server work
"$PYTHON" -c '
import collections, pickle
whole = pickle.dumps(collections.OrderedDict((str(i), [i] * 20) for i in range(200)), 2)
open("work/model.pkl", "wb").write(whole[:len(whole) // 2])
'
exits 2 "picket scan work/model.pkl" model.pkl
exits 2 "picket scan work/model.pkl --format json >report.json"
holds report.json 'd["verdict"] == "incomplete"' 'd["complete"] is False' 'd["findings"] == []' \
  'len(d["gaps"]) >= 1' 'd["gaps"][0]["path"].endswith("model.pkl")' 'd["gaps"][0]["reason"]'

install_hooks work
git -C work add model.pkl
passes "git -C work commit -m Model" model.pkl
rm work/.git/hooks/pre-push
undecided "git -C work push origin main" model.pkl
