# A state dict, .npy and .npz load without running anything.
. "$(dirname "$0")/common.sh"

needs_python numpy
new_server server
new_clone server work
benign_state_dict work/pytorch_model.bin
"$PYTHON" -c '
import numpy
numpy.save("work/a.npy", numpy.arange(12.0).reshape(3, 4))
numpy.savez("work/b.npz", x=numpy.arange(3), y=numpy.ones(2))
numpy.savez_compressed("work/c.npz", x=numpy.arange(300))
'
"$PYTHON" -c '
import pickle
for protocol in range(6):
    with open("work/plain.%d.pkl" % protocol, "wb") as out:
        pickle.dump({"a": [1, 2.5, None, True], "b": ("x", b"y", {1, 2})}, out, protocol)
'
save work Weights

passes "git -C work push origin main"
exits 0 "picket scan work/pytorch_model.bin work/a.npy work/b.npz work/c.npz"
