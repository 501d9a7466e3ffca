"""Makes the files that the weights benches read: NAME FILE.

  opcodes      a benign pickle of 4 million opcodes, protocol 4
  opcodes0     the same data in protocol 0
  torch        a sparse torch zip of 10 GiB, 256 storages
  safetensors  a sparse safetensors file of 10 GiB
  gguf         a sparse GGUF file of 10 GiB
  joblib       a joblib file with one array of 512 MB, written as joblib writes it (needs joblib)
  members      a torch zip of 20,000 storages
"""
import io
import json
import pickle
import random
import struct
import sys
import types
import zipfile

GIB = 1 << 30


def data():
    rng = random.Random(1)
    out = []
    for i in range(100_000):
        out.append({"id": i, "weight": rng.random(), "name": "layer%d" % (i % 997),
                    "shape": (i % 7, i % 11, 3), "on": i % 2 == 0, "tags": [i, i + 1, None, -i, 2.5, 70000 + i]})
    return out


def opcodes(path, protocol):
    """Rows until there are four million opcodes, about 22 a row."""
    with open(path, "wb") as out:
        pickle.dump([dict(row, again=list(row["tags"])) for row in data()], out, protocol)


def sparse(path, head, size, tail=b""):
    with open(path, "wb") as out:
        out.write(head)
        out.seek(size - len(tail))
        out.write(tail)
        out.truncate(size)


def safetensors(path):
    count, total = 300, 10 * GIB
    each = total // count // 4 * 4
    tensors = {"layer.%d.weight" % i: {"dtype": "F32", "shape": [each // 4], "data_offsets": [i * each, (i + 1) * each]}
               for i in range(count)}
    header = json.dumps(tensors).encode()
    header += b" " * (-len(header) % 8)
    sparse(path, struct.pack("<Q", len(header)) + header, 8 + len(header) + count * each)


def gguf(path):
    def text(value):
        return struct.pack("<Q", len(value)) + value.encode()

    count, each = 300, 10 * GIB // 300 // 32 * 32
    # A vocabulary as real files have it, then the tensors.
    head = b"GGUF" + struct.pack("<IQQ", 3, count, 2)
    head += text("general.architecture") + struct.pack("<I", 8) + text("llama")
    head += text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 32000)
    head += b"".join(text("token%d" % i) for i in range(32000))
    for i in range(count):
        head += text("blk.%d.weight" % i) + struct.pack("<IQIQ", 1, each // 4, 0, i * each)
    head += b"\0" * (-len(head) % 32)
    sparse(path, head, len(head) + count * each)


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    for value in members.values():
        if isinstance(value, type) or callable(value):
            value.__module__ = name
            value.__qualname__ = value.__name__
    return made


def state_dict(count, elements):
    """data.pkl as torch.save writes it."""
    def _rebuild_tensor_v2(*arguments):
        pass

    class FloatStorage:
        pass

    module("torch", FloatStorage=FloatStorage)
    module("torch._utils", _rebuild_tensor_v2=_rebuild_tensor_v2)
    import collections

    class Storage:
        def __init__(self, key):
            self.key = key

    class Tensor:
        def __init__(self, key):
            self.key = key

        def __reduce_ex__(self, protocol):
            return _rebuild_tensor_v2, (Storage(self.key), 0, (elements,), (1,), False, collections.OrderedDict())

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, Storage):
                return "storage", FloatStorage, value.key, "cpu", elements
            return None

    out = io.BytesIO()
    Pickler(out, 2).dump(collections.OrderedDict(("layer.%d.weight" % i, Tensor(str(i))) for i in range(count)))
    return out.getvalue()


def sparse_torch(path):
    """Stored members with zip64 sizes, holes for storages."""
    count, each = 256, 40 << 20
    entries = []
    with open(path, "wb") as out:
        def member(name, content, size):
            offset = out.tell()
            out.write(struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 0x21, 0, size, size, len(name), 0) + name)
            out.write(content)
            out.seek(size - len(content), 1)
            entries.append((name, offset, size))

        pickled = state_dict(count, each // 4)
        member(b"archive/data.pkl", pickled, len(pickled))
        for i in range(count):
            member(b"archive/data/%d" % i, b"", each)
        member(b"archive/version", b"3\n", 2)
        start = out.tell()
        for name, offset, size in entries:
            extra = struct.pack("<HHQ", 1, 8, offset)
            out.write(struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 45, 45, 0, 0, 0, 0x21, 0, size, size, len(name),
                                  len(extra), 0, 0, 0, 0, 0xffffffff) + name + extra)
        end = out.tell()
        out.write(struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(entries), len(entries), end - start, start))
        out.write(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
        out.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0))


def members(path):
    count = 20_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", state_dict(count, 16))
        for i in range(count):
            archive.writestr("archive/data/%d" % i, bytes(64))
        archive.writestr("archive/version", b"3\n")


def joblib_array(path):
    import joblib
    import numpy

    joblib.dump({"model": "benign", "array": numpy.arange(64 << 20, dtype="float64")}, path)


def main():
    name, path = sys.argv[1:]
    {"opcodes": lambda: opcodes(path, 4), "opcodes0": lambda: opcodes(path, 0), "torch": lambda: sparse_torch(path),
     "safetensors": lambda: safetensors(path), "gguf": lambda: gguf(path), "joblib": lambda: joblib_array(path),
     "members": lambda: members(path)}[name]()


if __name__ == "__main__":
    main()
