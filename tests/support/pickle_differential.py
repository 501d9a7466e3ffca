"""Writes pickles and what CPython's own unpicklers look up in them, one case a line.

    hex-of-stream TAB reader TAB loaded(0|1) TAB module-hex:name-hex,...

Readers: "linear" (the C unpickler over a file whose peek shows everything, which reads as from
bytes), "file" (the C unpickler over a file without peek), "python" (pickle.py). find_class is
overridden to record and to hand out a class that does nothing, so no stream can do harm.

Usage: pickle_differential.py SEED COUNT
"""
import collections
import datetime
import decimal
import fractions
import io
import pickle
import random
import resource
import struct
import sys
import warnings

import _pickle

resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
sys.setrecursionlimit(2000)
warnings.simplefilter("ignore")


class Dummy:
    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return Dummy()

    def __setstate__(self, state):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass

    def __setitem__(self, key, value):
        pass


def recorder(base):
    class Recorder(base):
        def find_class(self, module, name):
            self.seen.append((module, name))
            return Dummy

        def persistent_load(self, pid):
            return Dummy()

    return Recorder


CReader = recorder(_pickle.Unpickler)
PyReader = recorder(pickle._Unpickler)


class PeekFile:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def read(self, n):
        out = self.data[self.at:self.at + n]
        self.at += len(out)
        return out

    def readline(self):
        end = self.data.find(b"\n", self.at)
        end = len(self.data) if end < 0 else end + 1
        out = self.data[self.at:end]
        self.at = end
        return out

    def peek(self, n):
        return self.data[self.at:]


def observe(reader, file):
    unpickler = reader(file)
    unpickler.seen = []
    loaded = True
    try:
        unpickler.load()
    except BaseException:
        loaded = False
    return loaded, unpickler.seen


def hexed(text):
    return text.encode("utf-8", "surrogatepass").hex()


def emit(stream):
    for name, reader, file in (
        ("linear", CReader, PeekFile(stream)),
        ("file", CReader, io.BytesIO(stream)),
        ("python", PyReader, io.BytesIO(stream)),
    ):
        loaded, seen = observe(reader, file)
        names = ",".join(hexed(m) + ":" + hexed(n) for m, n in seen)
        print(stream.hex(), name, int(loaded), names, sep="\t")


class Plain:
    def __init__(self, value):
        self.value = value


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a, self.b = 1, "two"


class Keywords:
    def __new__(cls, *, size=0):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"size": 3}


class Subclass(dict):
    pass


class Outer:
    class Inner:
        pass


class Persistent(pickle.Pickler):
    def persistent_id(self, obj):
        return "pid" if isinstance(obj, Slots) else None


def samples():
    shared = [1, 2, 3]
    yield from (
        None, True, 1, -1, 2**31, 2**70, -(2**70), 1.5, float("inf"), "", "text", "\u00fc\u20ac", b"",
        b"bytes\x00\xff", bytearray(b"mutable"), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {},
        set(), {1, 2}, frozenset((1, 2)), [shared, shared], {"a": shared, "b": {"c": (shared,)}},
        collections.OrderedDict(a=1), collections.defaultdict(list, x=[1]),
        collections.Counter("hello"), collections.deque([1, 2]), datetime.datetime(2020, 1, 2),
        datetime.timedelta(5), decimal.Decimal("1.5"), fractions.Fraction(1, 3), range(5),
        slice(1, 2), complex(1, 2), len, str.upper, [].append, Plain, Plain([1, Plain(2)]), Slots(),
        Keywords(), Subclass(a=1), Outer.Inner, Outer.Inner(), ValueError("x"), Ellipsis,
        NotImplemented, ["s" * 300, b"b" * 300], list(range(2000)), {i: str(i) for i in range(1500)},
        ["x" * 70000, "y" * 70000, 5], type, int, object(), iter([1, 2]), zip, map,
    )


def dumps(rng, value):
    protocol = rng.randrange(6)
    out = io.BytesIO()
    kind = rng.choice((pickle.Pickler, pickle._Pickler, Persistent))
    try:
        kind(out, protocol).dump(value)
    except Exception:
        return b"N."
    return out.getvalue()


NAMES = ("os", "system", "a", "collections", "OrderedDict", "path.join", "__builtin__", "reduce", "x y",
         "\u00fc", "")


def line(rng):
    return rng.choice(NAMES).encode() + b"\n"


def number(rng):
    return rng.choice((b"0", b"1", b"00", b"01", b"7", b"-3", b"+4", b"0x1f", b"010", b"0b1", b"1_0", b" 5 ",
                       b"9L", b"1\x00x", b"", b"1e", b"99999999999999999999", b"0_1", b"1__0")) + b"\n"


def floating(rng):
    return rng.choice((b"1.5", b"1e5", b" 2.5", b"1_0.5", b"nan", b"-inf", b"1.", b".5", b".", b"1e", b"1.5\x00x",
                       b"infinity", b"0x1p3", b"", b"1.5e+3")) + b"\n"


def quoted(rng):
    return rng.choice((b"'os'", b'"system"', b"'o\\x73'", b"'\\157s'", b"os", b"'", b"''", b"'\\x4'", b"'a\\'b'",
                       b"'\xff'", b"'\\q'")) + b"\n"


def counted(rng, form, *values):
    data = rng.choice(values or (b"os", b"system", b"", b"a.b", b"\xc3\xbc"))
    return struct.pack(form, len(data)) + data


def opcode(rng):
    """One opcode with an operand that is often right."""
    simple = b"(.012N)]}tldseauRobQ\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x98"
    choice = rng.randrange(24)
    if choice < 8:
        return bytes((rng.choice(simple),))
    if choice == 8:
        return b"\x80" + bytes((rng.randrange(7),))
    if choice == 9:
        return b"I" + number(rng)
    if choice == 10:
        return b"L" + number(rng)
    if choice == 11:
        return b"F" + floating(rng)
    if choice == 12:
        return b"S" + quoted(rng)
    if choice == 13:
        return b"V" + rng.choice((b"os", b"\\u006fs", b"sys\\U00000074em", b"\\u00", b"\\\\u006f", b"\xfc")) + b"\n"
    if choice == 14:
        return rng.choice((b"c", b"i")) + line(rng) + line(rng)
    if choice == 15:
        return b"X" + counted(rng, "<I")
    if choice == 16:
        return b"\x8c" + counted(rng, "<B")
    if choice == 17:
        return rng.choice((b"U", b"C")) + counted(rng, "<B")
    if choice == 18:
        return rng.choice((b"T", b"B")) + counted(rng, "<I")
    if choice == 19:
        return rng.choice((b"\x8d", b"\x8e", b"\x96")) + counted(rng, "<Q")
    if choice == 20:
        return rng.choice((b"p", b"g")) + rng.choice((b"0", b"1", b"2", b" 1", b"1\x00", b"-0", b"1_0", b"x")) + b"\n"
    if choice == 21:
        return rng.choice((b"q", b"h")) + bytes((rng.randrange(4),))
    if choice == 22:
        return rng.choice((b"r", b"j")) + struct.pack("<I", rng.choice((0, 1, 2, 300)))
    return rng.choice((b"K\x01", b"M\x01\x02", b"J\x01\x02\x03\x04", b"G" + bytes(8), b"\x8a\x01\x05", b"Pid\n",
                       b"\x8b\x01\x00\x00\x00\x07", b"\x95" + struct.pack("<Q", rng.randrange(30)), b"\x82\x01",
                       b"\x97"))


def wild(rng):
    """Random opcodes, led by what keeps the stack filled."""
    parts = []
    if rng.random() < 0.5:
        parts.append(b"\x80" + bytes((rng.randrange(6),)))
    for _ in range(rng.randrange(3)):
        parts.append(rng.choice((b"]", b"}", b")", b"N", b"(", b"X\x02\x00\x00\x00os", b"\x8c\x06system", b"cos\nx\n")))
    for _ in range(rng.randrange(1, 14)):
        parts.append(opcode(rng))
    parts.append(b".")
    return b"".join(parts)


def framed(rng):
    """Opcodes cut into frames whose ends need not be theirs."""
    body = b"".join(opcode(rng) for _ in range(rng.randrange(1, 8))) + b"."
    cut = rng.randrange(len(body) + 1)
    tail = rng.choice((b"", b"cos\nsystem\n.", b"\n.", b"X\x01\x00\x00\x00a."))
    return b"\x80\x04\x95" + struct.pack("<Q", cut) + body + tail


def mutate(rng, stream):
    data = bytearray(stream)
    for _ in range(rng.randrange(1, 4)):
        if not data:
            break
        at = rng.randrange(len(data))
        how = rng.randrange(5)
        if how == 0:
            data[at] = rng.randrange(256)
        elif how == 1:
            del data[at:at + rng.randrange(1, 6)]
        elif how == 2:
            data[at:at] = opcode(rng)
        elif how == 3:
            del data[at:]
        else:
            data[at] ^= 1 << rng.randrange(8)
    return bytes(data)


def main():
    rng = random.Random(int(sys.argv[1]))
    count = int(sys.argv[2])
    values = list(samples())
    for value in values:
        for protocol in range(6):
            try:
                emit(pickle.dumps(value, protocol))
            except (pickle.PicklingError, TypeError, AttributeError):
                pass
    for index in range(count):
        kind = index % 4
        if kind == 0:
            small = [v for v in (rng.choice(values),)]
            emit(mutate(rng, dumps(rng, small)))
        elif kind == 1:
            emit(framed(rng))
        else:
            emit(wild(rng))


if __name__ == "__main__":
    main()
