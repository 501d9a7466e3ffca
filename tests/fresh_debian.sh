#!/bin/sh
# The proof that two commands are enough: an empty Debian 12 (debootstrap), git, this repository's
# HEAD, `./install.sh --audit .` and `./tests/run`. Run as root; not part of CI.
#
#   tests/fresh_debian.sh [DIR]    DIR (default /tmp/picket-fresh-debian) keeps the pristine system
#                                  in DIR/pristine for the next time; the tried one is DIR/root.
set -eu

[ "$(id -u)" -eq 0 ] || { echo 'fresh_debian.sh: chroot needs root.' >&2 && exit 2; }
command -v debootstrap >/dev/null || { echo 'fresh_debian.sh: install debootstrap.' >&2 && exit 2; }
source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
place=${1:-/tmp/picket-fresh-debian}
root=$place/root
mirror=$(sed -n -E 's/^(URIs:|deb( \[[^]]*\])?) +(http[^ ]*\/debian\/?)( .*)?$/\3/p' \
  /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list \
  2>/dev/null | head -n 1)

mkdir -p "$place"
if [ ! -e "$place/pristine/.complete" ]; then
  rm -rf "$place/pristine"
  debootstrap --variant=minbase --include=git,ca-certificates bookworm "$place/pristine" \
    "${mirror:-http://deb.debian.org/debian}"
  touch "$place/pristine/.complete"
fi

unmount() {
  ! mountpoint -q "$root/proc" || umount "$root/proc"
}
trap unmount EXIT
trap 'exit 1' HUP INT TERM
unmount
rm -rf --one-file-system "$root"
cp -a "$place/pristine" "$root"
# The way to the mirror is the machine's own; everything else in there is Debian's.
rm -rf "$root"/etc/apt/sources.list*
cp -a /etc/apt/sources.list* /etc/apt/apt.conf.d /etc/apt/trusted.gpg.d "$root/etc/apt/" 2>/dev/null || true
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
mount -t proc proc "$root/proc"
git clone -q --bare --no-local "$source" "$root/srv/picket.git"

# inside COMMAND: a clean environment, but for the proxy that the mirror may need.
inside() {
  echo "--- $1"
  chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    sh -c "cd /root && { cd picket 2>/dev/null || true; } && $1"
}
# report NAME COMMAND
report() {
  status=0
  start=$(date +%s)
  inside "$2" || status=$?
  summary="$summary
$1: status $status after $(($(date +%s) - start)) s"
  [ "$status" -eq 0 ] || worst=$status
}
summary=
worst=0
inside 'cat /etc/debian_version && dpkg-query -W | wc -l && ! command -v c++'
inside 'git clone -q /srv/picket.git picket && git -C picket log -1 --oneline'
report './install.sh --audit .' './install.sh --audit .'
report './install.sh --audit ., again' './install.sh --audit .'
report 'picket doctor in a new repository' 'git init -q /tmp/new && ./install.sh --repo /tmp/new && picket doctor --repo /tmp/new'
report './tests/run' './tests/run'
report './install.sh --uninstall' './install.sh --uninstall && ! command -v picket'
echo "$summary"
exit "$worst"
