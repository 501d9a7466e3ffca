# joblib's dumps are judged whatever they are compressed with: arrays between the opcodes are passed
# over, honest ones go through, and what stands before or behind the arrays is found.
. "$(dirname "$0")/common.sh"

needs_python numpy
new_server server
new_clone server work
put work readme.txt start
smuggle work origin main

# The layout of joblib.dump without joblib: its wrapper stands for the array, whose bytes follow the
# BUILD, behind a byte of length and padding.
"$PYTHON" - <<'END'
import bz2, gzip, io, lzma, numpy, os, pickle, sys, types, zlib
names = ("joblib", "joblib.numpy_pickle")
sys.modules.update({name: types.ModuleType(name) for name in names})
class NumpyArrayWrapper:
    pass
NumpyArrayWrapper.__module__ = names[1]
sys.modules[names[1]].NumpyArrayWrapper = NumpyArrayWrapper
class Armed:
    def __reduce__(self):
        return os.system, ("true",)
class Pickler(pickle._Pickler):
    def __init__(self, out):
        pickle._Pickler.__init__(self, out, 4)
        self.out = out
    def save(self, thing, **named):
        if type(thing) is not numpy.ndarray:
            return pickle._Pickler.save(self, thing, **named)
        wrapper = NumpyArrayWrapper()
        wrapper.__dict__.update(subclass=numpy.ndarray, shape=thing.shape, order="C",
                                dtype=thing.dtype, allow_mmap=True, numpy_array_alignment_bytes=16)
        pickle._Pickler.save(self, wrapper)
        self.framer.commit_frame(force=True)
        padding = 15 - self.out.tell() % 16
        self.out.write(bytes([padding]) + b"\xff" * padding + thing.tobytes())
def dump(thing):
    out = io.BytesIO()
    Pickler(out).dump(thing)
    return out.getvalue()
array = numpy.frombuffer(b"..........." * 800, dtype="<f8")
kinds = {"honest": [array, {"shape": array}], "before": [Armed(), array],
         "behind": [array, Armed()]}
packers = {"z": zlib.compress, "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress,
           "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
           "zf": lambda data: b"ZF" + hex(len(data)).encode().ljust(19) + zlib.compress(data, 2)}
for kind, thing in kinds.items():
    for how, pack in packers.items():
        with open("%s.joblib.%s" % (kind, how), "wb") as out:
            out.write(pack(dump(thing)))
END

cp honest.joblib.* work
save work 'Honest models'
passes "git -C work push origin main"
for file in before.joblib.* behind.joblib.*; do
  # joblib knows its files by content.
  cp "$file" work/model.joblib
  save work "Model of $file"
  refused "git -C work push origin main"
  names model.joblib '' "$(oid work)" "$DANGEROUS_RULE"
  git -C work reset -q --hard HEAD~1
done
