# What a weight file would do, global by global.
. "$(dirname "$0")/common.sh"

armed_pickle armed.pkl 4
benign_state_dict model.pt

run "picket explain armed.pkl --format json >armed.json"
holds armed.json 'len(d["members"]) == 1' \
  'set(d["members"][0]["globals"][0])
     >= {"module", "name", "canonical", "verdict", "offset", "use"}' \
  '[(g["module"], g["name"], g["verdict"]) for g in d["members"][0]["globals"]]
     == [("posix", "system", "dangerous")]' \
  'd["members"][0]["globals"][0]["canonical"] in ("os.system", "posix.system")' \
  'd["members"][0]["globals"][0]["use"]'
exits 0 "picket explain model.pt --format json >model.json"
holds model.json '{(g["module"], g["name"]) for m in d["members"] for g in m["globals"]}
  >= {("torch._utils", "_rebuild_tensor_v2"), ("torch", "FloatStorage"),
      ("collections", "OrderedDict")}' \
  'all(g["verdict"] == "safe" for m in d["members"] for g in m["globals"])'
run "picket explain armed.pkl"
says posix system
exits 2 "picket explain nowhere.pkl" nowhere.pkl
