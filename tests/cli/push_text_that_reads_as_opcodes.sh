# Honest text is no pickle, though its letters are opcodes.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
printf 'import os\nimport sys\n\nos.system("true")\n' >work/a.py
printf 'cmake_minimum_required(VERSION 3.25)\nproject(x)\n' >work/CMakeLists.txt
printf '(dp0\nS"quoted"\np1\n' >work/notes.md
printf 'cos\nof an angle\nare two words.\n' >work/release-notes
printf 'c++ and c\nposix system\n' >work/INSTALL
printf 'GGUF\003\000\000\000' >work/model.bin
head -c 3000 /dev/zero >>work/model.bin
awk 'BEGIN { for (i = 0; i < 3000; ++i) printf "%c", (i * 7919 + 13) % 127 + 1 }' >work/firmware.bin
save work "Honest files"

passes "git -C work push origin main"
exits 0 "picket scan work/a.py work/notes.md work/firmware.bin"
