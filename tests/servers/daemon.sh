#!/bin/sh
# git daemon with receive-pack: anonymous, for networks where everybody may push.
. "$(dirname "$0")/common.sh"
needs git

git init -q --bare repository.git
picket install --server repository.git >"$OUTPUT"
port=$(free_port)
daemon git-daemon git daemon --reuseaddr --listen=127.0.0.1 --port="$port" --export-all \
  --enable=receive-pack --base-path="$SCRATCH" "$SCRATCH"
listens "$port"
three_pushes 'git daemon' "git://127.0.0.1:$port/repository.git" repository.git
