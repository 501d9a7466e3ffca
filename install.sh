#!/bin/sh
# Builds picket and installs it, with its rules, and with hooks where they are asked for.
set -eu

usage() {
  cat <<'END'
Usage: ./install.sh [OPTION]...

  --prefix DIR     install below DIR (default /usr/local)
  --build DIR      build in DIR (default build-release, beside this script)
  --repo DIR       put the local hooks into the repository at DIR
  --server DIR     put pre-receive into the bare repository at DIR, or where the server's own
                   folder DIR wants it (docs/servers/ has a page for each server)
  --kind KIND      with --server: which server it is, where DIR does not tell: plain, gitea,
                   forgejo, gitlab, gitolite, soft-serve, gogs, bitbucket, github
  --recursive      with --server: into every bare repository at or below DIR
  --audit DIR      audit the repository at DIR when all is in place; its outcome is the exit status
  --uninstall      take out what was installed; with --repo or --server their hooks first
  --help           this text

Exit status: 0 done, 2 could not be done; with --audit 1 if the audit found something.
END
}

die() {
  echo "install.sh: $*" >&2
  exit 2
}

prefix=/usr/local
build=
repo=
server=
recursive=
kind=
audit=
uninstall=
while [ $# -gt 0 ]; do
  option=$1
  case $option in
    --prefix=* | --build=* | --repo=* | --server=* | --audit=* | --kind=*)
      value=${option#*=}
      option=${option%%=*}
      shift
      ;;
    --prefix | --build | --repo | --server | --audit | --kind)
      [ $# -ge 2 ] || die "$option needs a value; see ./install.sh --help."
      value=$2
      shift 2
      ;;
    --recursive | --uninstall | --help | -h)
      value=
      shift
      ;;
    *) die "$option is not known; see ./install.sh --help." ;;
  esac
  case $option in
    --recursive) recursive=--recursive ;;
    --kind) kind=$value ;;
    --uninstall) uninstall=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      # Folders are named from where the script was called.
      case $value in
        '') die "$option needs a folder; see ./install.sh --help." ;;
        /*) ;;
        *) value=$PWD/$value ;;
      esac
      case $option in
        --prefix) prefix=${value%/} ;;
        --build) build=$value ;;
        --repo) repo=$value ;;
        --server) server=$value ;;
        --audit) audit=$value ;;
      esac
      ;;
  esac
done
[ -z "$recursive" ] || [ "$server" ] || die '--recursive goes with --server.'
[ -z "$kind" ] || [ "$server" ] || die '--kind goes with --server.'
[ -z "$audit" ] || [ -z "$uninstall" ] || die '--audit and --uninstall exclude each other.'
for folder in "$repo" "$server" "$audit"; do
  [ -z "$folder" ] || [ -d "$folder" ] || die "$folder is not a folder."
done
[ -z "$audit" ] || audit=$(CDPATH='' cd -- "$audit" && pwd)

source=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
: "${build:=$source/build-release}"
picket=$prefix/bin/picket
share=$prefix/share/picket
manifest=$share/manifest
# shellcheck source=cmake/packages.sh
. "$source/cmake/packages.sh"

# to_prefix COMMAND...: as root only if the prefix asks for it. Found out before anything is built.
elevate=
above=$prefix
while [ ! -e "$above" ]; do above=$(dirname -- "$above"); done
for folder in "$above" "$prefix/bin" "$share"; do
  [ ! -e "$folder" ] || [ -w "$folder" ] || elevate=as_root
done
[ -z "$elevate" ] || as_root true ||
  die "$prefix can't be written to; become root, or name another --prefix."
to_prefix() {
  $elevate "$@"
}
# Rules and their compiled form are used only if nobody but their owner may write them.
umask 022

# hooks VERB: for what --repo and --server name.
hooks() {
  [ -z "$repo" ] || "$picket" "$1" --repo "$repo"
  # shellcheck disable=SC2086
  [ -z "$server" ] || "$picket" "$1" --server "$server" ${kind:+--kind "$kind"} $recursive
}

if [ "$uninstall" ]; then
  [ -r "$manifest" ] || die "Nothing was installed by this script below $prefix."
  hooks uninstall
  list=$(cat "$manifest")
  count=0
  while IFS= read -r file; do
    to_prefix rm -f -- "$file"
    count=$((count + 1))
  done <<END
$list
END
  to_prefix rm -f -- "$manifest"
  to_prefix find "$share" -depth -type d -empty -delete
  echo "Removed picket from $prefix ($count files). Hooks elsewhere refuse until they are taken out."
  exit 0
fi

# shellcheck disable=SC2154,SC2086
need_packages $build_packages || exit

# What stands there now, to tell afterwards whether anything changed.
state() {
  [ ! -r "$manifest" ] || while IFS= read -r file; do
    cksum "$file" 2>/dev/null || echo "no $file"
  done <"$manifest"
}
before=$(state)

cache=
! command -v ccache >/dev/null 2>&1 || cache=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache
mkdir -p "$build"
log=$build/install.log
quietly() {
  "$@" >"$log" 2>&1 || {
    cat "$log" >&2
    die "This failed: $*"
  }
}
echo "Building in $build ..." >&2
quietly cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPICKET_BUILD_TESTS=OFF \
  -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_BINDIR=bin -DCMAKE_INSTALL_DATADIR=share $cache
quietly cmake --build "$build"
quietly to_prefix cmake --install "$build"
quietly to_prefix "$picket" rules compile

# Rules that a newer version no longer has must not go on judging.
draft=$build/manifest
{
  cat "$build/install_manifest.txt"
  echo
  [ ! -d "$share/compiled" ] || find "$share/compiled" -type f
} | grep -v '^$' | sort -u >"$draft"
[ ! -r "$manifest" ] || comm -13 "$draft" "$manifest" | while IFS= read -r file; do
  to_prefix rm -f -- "$file"
done
to_prefix cp "$draft" "$manifest"

after=$(state)
if [ "$before" = "$after" ]; then
  echo "Nothing to change: $("$picket" --version) is in $prefix already."
else
  echo "Installed $("$picket" --version) in $prefix: bin/picket, and rules and hooks in share/picket."
fi
hooks install
[ -z "$audit" ] || exec "$picket" audit "$audit"
