# An object array is a pickle behind an .npy header.
. "$(dirname "$0")/common.sh"

needs_python numpy
new_server server
new_clone server work
"$PYTHON" -c '
import numpy, os
class Armed:
    def __reduce__(self):
        return os.system, ("true",)
array = numpy.empty(1, dtype=object)
array[0] = Armed()
numpy.save("work/a.npy", array)
numpy.savez_compressed("work/b.npz", x=array)
'
mv work/b.npz .
save work "An array"
refused "git -C work push origin main"
names a.npy "" "$(oid work)" "$DANGEROUS_RULE"

rm work/a.npy
mv b.npz work
git -C work add -A
git -C work commit -q --amend --no-edit
refused "git -C work push origin main"
names b.npz "" "$(oid work)" "$DANGEROUS_RULE"
