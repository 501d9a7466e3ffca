# What picket needs from the system: the one list, sourced by install.sh, tests/run and .ci/run.
# shellcheck shell=sh

build_packages='g++ cmake ninja-build pkg-config git libgit2-dev libre2-dev nlohmann-json3-dev
  libcli11-dev libtomlplusplus-dev libdeflate-dev zlib1g-dev libssl-dev libbz2-dev
  liblzma-dev libzstd-dev liblz4-dev libsqlite3-dev libseccomp-dev'
# Hyperscan is x86 only; Vectorscan is the same API for the rest.
case $(uname -m) in
  x86_64 | i?86) build_packages="$build_packages libhyperscan-dev" ;;
  *) build_packages="$build_packages libvectorscan-dev" ;;
esac
# shellcheck disable=SC2034
test_packages='doctest-dev python3 python3-numpy git-lfs zstd lz4'
# shellcheck disable=SC2034
check_packages='clang-14 libclang-rt-14-dev llvm-14 clang-format-14'

# as_root COMMAND...: through sudo where that is needed; 126 where there is none.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    return 126
  fi
}

# What the build looks for, where packages have other names than Debian's.
build_is_possible() {
  for program in c++ cmake ninja pkg-config git; do
    command -v "$program" >/dev/null 2>&1 || return 1
  done
  pkg-config --exists libgit2 libhs re2 libcrypto zlib libdeflate tomlplusplus liblzma libzstd \
    liblz4 sqlite3 libseccomp
}

# need_packages PACKAGE...: installs those that are missing. Where it can't, prints the command that
# does and returns 2.
need_packages() {
  if ! command -v apt-get >/dev/null 2>&1; then
    ! build_is_possible || return 0
    if command -v dnf >/dev/null 2>&1; then
      how="sudo dnf install gcc-c++ cmake ninja-build git 'pkgconfig(libgit2)' 'pkgconfig(libhs)' \
'pkgconfig(re2)' 'pkgconfig(libcrypto)' 'pkgconfig(zlib)' 'pkgconfig(libdeflate)' bzip2-devel \
'pkgconfig(liblzma)' 'pkgconfig(libzstd)' 'pkgconfig(liblz4)' 'pkgconfig(sqlite3)' \
'pkgconfig(libseccomp)' \
'cmake(nlohmann_json)' 'cmake(CLI11)' 'cmake(tomlplusplus)'"
    else
      how='your package manager, for a C++20 compiler, cmake, ninja, pkg-config, git, libgit2,
hyperscan (or vectorscan), re2, openssl, zlib, libdeflate, bzip2, liblzma, zstd, lz4, SQLite, libseccomp, nlohmann-json,
CLI11 and toml++'
    fi
    echo "This is not Debian, and picket needs packages. Install them with: $how" >&2
    return 2
  fi
  missing=
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing="$missing $package"
  done
  [ "$missing" ] || return 0
  echo "Installing$missing" >&2
  # shellcheck disable=SC2086
  if as_root apt-get update -q >&2 &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
      $missing >&2; then
    return 0
  fi
  echo "Packages could not be installed; run this as root, then start again:" \
    "apt-get update && apt-get install --no-install-recommends$missing" >&2
  return 2
}
