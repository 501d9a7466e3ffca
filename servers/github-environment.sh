#!/bin/sh
# github-environment.sh BINARY SHARE ARCHIVE LIBRARY...: the hook environment for GitHub Enterprise Server.
# `picket install --server DIR --kind github` calls it.
#
# An archive of a file tree with /bin/sh that the appliance unpacks and enters by chroot: busybox,
# picket with its rules and the libraries that it needs, those named that it maps by itself among
# them, git, and the policy of this machine where there is one. No names with a leading folder, no devices, no /proc: Git does not start without a
# /dev/null, so an empty file stands there, which the appliance's own may cover.
set -eu

binary=$1
share=$2
archive=$3
shift 3
busybox=$(command -v busybox) || {
  echo 'busybox is not here; install busybox-static.' >&2
  exit 1
}
git=$(command -v git)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
umask 022
mkdir -p "$tree/bin" "$tree/usr/bin" "$tree/usr/local/bin" "$tree/usr/local/share" \
  "$tree/etc/picket" "$tree/tmp"
chmod 1777 "$tree/tmp"
mkdir "$tree/dev"
: >"$tree/dev/null"
chmod 666 "$tree/dev/null"

# closure PROGRAM: with every library that the loader would map, at the paths that it has here.
closure() {
  ldd "$1" 2>/dev/null | sed -n 's/.*=> *\(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' |
    while IFS= read -r library; do
      [ -e "$tree$library" ] || {
        mkdir -p "$tree$(dirname "$library")"
        cp -L "$library" "$tree$library"
      }
    done
}

cp -L "$busybox" "$tree/bin/busybox"
closure "$busybox"
for applet in $("$busybox" --list); do
  [ "$applet" = busybox ] || ln -sf busybox "$tree/bin/$applet"
done
cp -L "$git" "$tree/usr/bin/git"
closure "$git"
cp -L "$binary" "$tree/usr/local/bin/picket"
closure "$binary"
for library in "$@"; do
  mkdir -p "$tree$(dirname "$library")"
  cp -L "$library" "$tree$library"
  closure "$library"
done
mkdir "$tree/usr/local/share/picket"
cp -R "$share/patterns" "$share/compiled" "$tree/usr/local/share/picket/"
[ ! -r /etc/picket/policy.json ] || cp /etc/picket/policy.json "$tree/etc/picket/"
echo 'root:x:0:0:root:/:/bin/sh' >"$tree/etc/passwd"
chmod -R go-w "$tree/usr" "$tree/etc" "$tree/bin"
(cd "$tree" && tar --owner=0 --group=0 --numeric-owner -czf "$archive.new" -- *)
mv "$archive.new" "$archive"
