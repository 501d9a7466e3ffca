"""Writes pickles and what CPython's own unpicklers look up in them, one case a line.

    hex-of-stream TAB reader TAB loaded(0|1) TAB module-hex:name-hex:made,...

`made` is 1 where running code gave the module or the name: a call of the stream's, persistent_load
or the registry of extension codes.

Readers: "linear" (the C unpickler over a file whose peek shows everything, which reads as from
bytes), "file" (the C unpickler over a file without peek), "python" (pickle.py). find_class is
overridden to record and, in every other stream, to hand out a class that does nothing; in the rest
it hands out callables that can do no harm and whose results may become names (`str`,
`codecs.decode`, `operator.add`, `dict.get`, and a registry of extension codes of the stream's own).

Usage: pickle_differential.py SEED COUNT
"""
import ast
import codecs
import collections
import contextlib
import copyreg
import datetime
import decimal
import fractions
import importlib.util
import io
import operator
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


class Run:
    """What one reader met in one stream, and the texts that code gave it."""

    def __init__(self, real):
        self.real = real
        self.seen = []
        # By identity; kept alive, so that no other object can take the place.
        self.made = {}

    def text(self, value):
        if len(value) < 2:
            value += "zz"  # shorter ones are shared with those of the stream
        value = "".join(list(value))
        self.made[id(value)] = value
        return value

    def look_up(self, module, name):
        self.seen.append((module, name, id(module) in self.made or id(name) in self.made))
        action = ACTIONS.get((module, name)) if self.real else None
        return Dummy if action is None else Real(self, action)

    def persistent(self, pid):
        return self.text(pid if isinstance(pid, str) else "pid") if self.real else Dummy()


def decode(data, encoding="ascii"):
    if encoding not in ("ascii", "latin1", "utf-8", "rot13"):
        raise LookupError(encoding)
    return codecs.decode(data, encoding)


ACTIONS = {
    ("builtins", "str"): lambda run, *args: str(*args),
    ("codecs", "decode"): lambda run, *args: decode(*args),
    ("operator", "add"): lambda run, *args: operator.add(*args),
    ("builtins", "dict.get"): lambda run, *args: dict.get(*args),
    ("copyreg", "add_extension"): lambda run, *args: register(run, *args),
}


def register(run, module, name, code):
    if not (isinstance(module, str) and isinstance(name, str) and 0 < code < 1000):
        raise ValueError(code)
    copyreg._inverted_registry[code] = (run.text(module), run.text(name))


class Real:
    __slots__ = ("_run", "_action")

    def __init__(self, run, action):
        self._run, self._action = run, action

    def __call__(self, *args):
        result = self._action(self._run, *args)
        return self._run.text(result) if type(result) is str else result


def recorder(base):
    class Recorder(base):
        def find_class(self, module, name):
            return self.run.look_up(module, name)

        def persistent_load(self, pid):
            return self.run.persistent(pid)

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


def observe(reader, file, real):
    unpickler = reader(file)
    unpickler.run = Run(real)
    copyreg.clear_extension_cache()
    copyreg._inverted_registry.clear()
    copyreg._inverted_registry[1] = (unpickler.run.text("registered"), unpickler.run.text("thing"))
    loaded = True
    # Some of CPython's own edge streams make its bytearray complain when it is freed.
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            unpickler.load()
        except BaseException:
            loaded = False
    return loaded, unpickler.run.seen


def hexed(text):
    return text.encode("utf-8", "surrogatepass").hex()


def emit(stream, real=False):
    for name, reader, file in (
        ("linear", CReader, PeekFile(stream)),
        ("file", CReader, io.BytesIO(stream)),
        ("python", PyReader, io.BytesIO(stream)),
    ):
        loaded, seen = observe(reader, file, real)
        names = ",".join("%s:%s:%d" % (hexed(m), hexed(n), made) for m, n, made in seen)
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


def text(rng):
    value = rng.choice((b"os", b"system", b"a", b"path.join", b"", b"collections", b"\xc3\xbc"))
    how = rng.randrange(4)
    if how == 0:
        return b"X" + struct.pack("<I", len(value)) + value
    if how == 1:
        return b"V" + value.decode().encode("raw_unicode_escape") + b"\n"
    if how == 2:
        return b"U" + bytes((len(value),)) + value
    return b"\x8c" + bytes((len(value),)) + value


def name_of(rng, module, name):
    if rng.random() < 0.5:
        return b"c" + module + b"\n" + name + b"\n"
    return b"\x8c" + bytes((len(module),)) + module + b"\x8c" + bytes((len(name),)) + name + b"\x93"


def call_of(rng, depth):
    """A call that gives text, as one of the opcodes that make calls."""
    kind = rng.randrange(5)
    part = lambda: expression(rng, depth + 1)
    if kind == 0:
        callee, args = name_of(rng, b"builtins", b"str"), [part()]
    elif kind == 1:
        raw = rng.choice((b"os", b"system", b"bf"))
        callee = name_of(rng, b"codecs", b"decode")
        args = [b"C" + bytes((len(raw),)) + raw, b"X\x05\x00\x00\x00ascii"]
    elif kind == 2:
        callee, args = name_of(rng, b"operator", b"add"), [part(), part()]
    elif kind == 3:
        callee = name_of(rng, b"builtins", b"dict.get")
        args = [b"(X\x01\x00\x00\x00k" + part() + b"d", b"X\x01\x00\x00\x00k"]
    else:
        callee, args = b"c" + line(rng) + line(rng), [part()]
    how = rng.randrange(4)
    if how == 0:
        return callee + b"(" + b"".join(args) + b"tR"
    if how == 1:
        return callee + b"".join(args) + (b"\x85", b"\x86")[len(args) - 1] + b"R"
    if how == 2:
        return b"(" + callee + b"".join(args) + b"o"
    return callee + b"(" + b"".join(args) + b"t" + rng.choice((b"R", b"\x81", b"}\x92"))


def expression(rng, depth=0):
    """Opcodes that leave one value, mostly text."""
    roll = rng.random()
    if depth > 3 or roll < 0.45:
        return text(rng)
    if roll < 0.75:
        return call_of(rng, depth)
    if roll < 0.82:
        return expression(rng, depth + 1) + b"Q"
    if roll < 0.86:
        return expression(rng, depth + 1) + rng.choice((b"20", b"\x94", b"q\x01", b"q\x010h\x01", b"N0", b"(1"))
    if roll < 0.9:
        return b"q\x02".join((expression(rng, depth + 1), b"0h\x02"))
    if roll < 0.94:
        return b"\x82" + bytes((rng.choice((1, 1, 2, 7)),))
    return expression(rng, depth + 1) + expression(rng, depth + 1) + b"\x93"


def computed(rng):
    """Names that only running code can tell."""
    parts = [b"\x80" + bytes((rng.randrange(6),))]
    if rng.random() < 0.3:
        parts.append(b"ccopyreg\nadd_extension\n" + text(rng) + text(rng) +
                     b"K" + bytes((rng.choice((1, 2, 7)),)) + b"\x87R0")
    for _ in range(rng.randrange(1, 4)):
        parts.append(expression(rng) + expression(rng) + b"\x93")
        if rng.random() < 0.5:
            parts.append(rng.choice((b")R", b")\x81", b"(o", b"Nb", b"}b", b"Na", b"NNs", b"(NNu", b"(Ne", b"(N\x90")))
    parts.append(b".")
    stream = b"".join(parts)
    return mutate(rng, stream) if rng.random() < 0.3 else stream


def edge_streams():
    """Every bytes literal in the interpreter's own tests of pickle, where they are installed."""
    found = importlib.util.find_spec("test")
    folder = found.submodule_search_locations[0] if found else ""
    for name in ("pickletester.py", "test_pickle.py", "test_pickletools.py"):
        try:
            with open(folder + "/" + name, encoding="utf-8") as file:
                tree = ast.parse(file.read())
        except OSError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, bytes) and node.value:
                yield node.value


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
    edges = list(edge_streams())
    for stream in edges:
        emit(stream)
        emit(stream, True)
    for index in range(count):
        kind = index % 8
        real = index % 2 == 1
        if kind < 2:
            emit(mutate(rng, dumps(rng, [rng.choice(values)])), real)
        elif kind == 2:
            emit(framed(rng), rng.random() < 0.5)
        elif kind == 4:
            emit(mutate(rng, rng.choice(edges)) if edges else wild(rng), rng.random() < 0.5)
        elif kind in (3, 7):
            emit(computed(rng), real)
        else:
            emit(wild(rng), real)


if __name__ == "__main__":
    main()
