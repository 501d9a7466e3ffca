# What nobody vouches for is refused under the default policy, and named.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
needs_python
"$PYTHON" - work/model.pkl <<'END'
import pickle, sys, types
module = types.ModuleType("acme_training_kit")
sys.modules["acme_training_kit"] = module
class Config:
    pass
Config.__module__, Config.__qualname__ = "acme_training_kit", "Config"
module.Config = Config
with open(sys.argv[1], "wb") as out:
    pickle.dump(Config(), out, 2)
END
save work "Add a model"

refused "git -C work push origin main"
names model.pkl "" "$(oid work)" "$UNKNOWN_RULE"
says acme_training_kit
