#!/usr/bin/env bash
# Installs a toolchain that compiles Solana programs from Debian's packages and
# Cargo's registry alone, for machines without Solana's own platform tools.
#
#   install.sh          installs under $SBF_HOME (default ~/.cache/sbf-toolchain); quick when all is there
#   install.sh --check  tells what is missing, changes nothing; exit 1 when something is
#   install.sh --pin    writes debs.sha256 anew from what Debian sid offers now
#
# SBF_DEBS=folder takes the LLVM packages from a folder instead of a mirror.
# SBF_MIRROR=url  takes them from another Debian mirror or a snapshot of one.
# What is put together, why, and how to renew the pins: README.md beside this file.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
home=${SBF_HOME:-$HOME/.cache/sbf-toolchain}
pins=$here/debs.sha256
rust_series=1.96            # std-solana.patch is made for this one
rust_packages=(rustc-web cargo-web rust-web-src)
linker_version=0.2.6
llvm_major=23
libs=$home/llvm/usr/lib/x86_64-linux-gnu
llvm=$libs/libLLVM.so.$llvm_major.1
llvm_packages=(libllvm$llvm_major libc6 libstdc++6 libgcc-s1 zlib1g libffi8 libedit2 libxml2-16
  libzstd1 libtinfo6 libbsd0 libmd0 libz3-4)

say() { printf 'sbf-toolchain: %s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

check_machine() {
  [ "$(uname -sm)" = 'Linux x86_64' ] ||
    die "this kit is for Linux on x86_64, and this is $(uname -sm); install Solana's own cargo-build-sbf instead"
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    die "this kit uses Debian's packages (Debian 12), and apt-get is not here; install Solana's own cargo-build-sbf instead"
}

# Prints the installed version of a package, or nothing.
installed_version() {
  { dpkg-query -W -f '${db:Status-Abbrev} ${Version}\n' "$1" 2>/dev/null || true; } | sed -n 's/^ii *//p'
}

have_rust() {
  local package
  for package in "${rust_packages[@]}"; do
    case $(installed_version "$package") in "$rust_series".*) ;; *) return 1 ;; esac
  done
  command -v patch >/dev/null
}

have_std() { [ -e "$home/std/.patched" ]; }
have_llvm() { [ -e "$llvm" ]; }
have_linker() { [ -x "$home/bin/sbpf-linker.real" ] && [ -x "$home/bin/sbpf-linker" ]; }

missing() {
  have_rust || echo "Debian's rustc-web, cargo-web and rust-web-src $rust_series"
  have_std || echo "the patched standard library"
  have_llvm || echo "LLVM $llvm_major"
  have_linker || echo "sbpf-linker $linker_version"
}

install_rust() {
  local found candidate
  found=$(installed_version rustc-web)
  if [ -n "$found" ] && [[ $found != "$rust_series".* ]]; then
    die "rustc-web $found is installed, and std-solana.patch is for Rust $rust_series; see 'When Rust has moved on' in $here/README.md"
  fi
  [ "$(id -u)" = 0 ] ||
    die "installing packages needs root; as root run: apt-get install ${rust_packages[*]} patch"
  say "installing ${rust_packages[*]}"
  apt-get update -qq
  candidate=$(apt-cache policy rustc-web | sed -n 's/^ *Candidate: //p')
  [[ $candidate == "$rust_series".* ]] ||
    die "this machine offers rustc-web '${candidate:-none}', and std-solana.patch is for Rust $rust_series, which Debian 12 with bookworm-security has; see 'When Rust has moved on' in $here/README.md"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${rust_packages[@]}" patch >/dev/null
}

prepare_std() {
  say 'preparing the standard library'
  rm -rf "$home/std" && mkdir -p "$home/std"
  cp -rL /usr/lib/rustlib/src/rust/library "$home/std/library"
  patch -s -p1 -d "$home/std/library" < "$here/std-solana.patch"
  touch "$home/std/.patched"
}

# Points `apt` at Debian sid with lists of its own, so nothing of the system's configuration changes.
# Arguments are further options of apt.
open_sid() {
  local mirror=${SBF_MIRROR:-}
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -m1 '/debian/*$' || true)
  mirror=${mirror:-http://deb.debian.org/debian}
  rm -rf "$home/apt" && mkdir -p "$home/apt/lists/partial" "$home/apt/cache/archives/partial" "$home/apt/debs"
  echo "deb [arch=amd64] $mirror sid main" > "$home/apt/sid.list"
  apt=(-o "Dir::Etc::sourcelist=$home/apt/sid.list" -o Dir::Etc::sourceparts=/dev/null
       -o "Dir::State::Lists=$home/apt/lists" -o "Dir::Cache=$home/apt/cache"
       -o APT::Sandbox::User=root -o Acquire::Languages=none -o APT::Update::Error-Mode=any)
  apt+=("$@")
  apt-get "${apt[@]}" update -qq || die "cannot read the package list of Debian sid from $mirror"
}

# The version of a package that sid offers now.
sid_version() {
  apt-cache "${apt[@]}" madison "$1" 2>/dev/null | awk -F ' *[|] *' 'NR == 1 { print $2 }'
}

pin() {
  check_machine
  open_sid
  local package version sum
  {
    echo '# LLVM packages of Debian sid that install.sh unpacks: name, version, SHA-256 of the .deb (amd64).'
    echo "# Written by scripts/sbf/install.sh --pin at $(date -u +%Y%m%dT%H%M%SZ)."
    for package in "${llvm_packages[@]}"; do
      version=$(sid_version "$package")
      [ -n "$version" ] || die "Debian sid has no package $package; see 'When Debian sid has moved on' in $here/README.md"
      sum=$(apt-cache "${apt[@]}" show "$package=$version" | sed -n 's/^SHA256: //p' | head -1)
      printf '%s %s %s\n' "$package" "$version" "$sum"
    done
  } > "$home/apt/pins"
  cp "$home/apt/pins" "$pins"
  rm -rf "$home/apt"
  say "wrote $pins; now verify it as its README says under 'When Debian sid has moved on'"
}

# One error for all packages that differ, with what is pinned, what sid has, and what to do.
check_sid_matches_pins() {
  local package version sum now drift= day
  while read -r package version sum; do
    now=$(sid_version "$package")
    [ "$now" = "$version" ] || drift+="; $package: pinned $version, sid has ${now:-none}"
  done < <(grep -v '^#' "$pins")
  [ -n "$drift" ] || return 0
  day=$(sed -n 's/^# Written .* at \([0-9TZ]*\)\.$/\1/p' "$pins")
  die "Debian sid has moved on${drift}.
  Either re-pin: $here/install.sh --pin, then verify as $here/README.md says, and commit debs.sha256;
  or take the pinned packages from that day: SBF_MIRROR=http://snapshot.debian.org/archive/debian/$day $here/install.sh"
}

# The one file in a folder that is this package, whatever its name's escaping.
deb_of() {
  local file
  for file in "$2/$1"_*.deb; do [ -e "$file" ] && echo "$file" && return; done
  return 0
}

unpack_llvm() {
  say "unpacking LLVM $llvm_major"
  local folder=${SBF_DEBS:-} package version sum deb actual wanted=()
  if [ -z "$folder" ]; then
    # A mirror that lags, or a snapshot, is as good as any: the pins hold what is unpacked.
    open_sid -o Acquire::Check-Valid-Until=false
    check_sid_matches_pins
    folder=$home/apt/debs
    while read -r package version sum; do wanted+=("$package=$version"); done < <(grep -v '^#' "$pins")
    (cd "$folder" && apt-get "${apt[@]}" download -qq "${wanted[@]}") || die 'downloading the LLVM packages failed'
  fi
  rm -rf "$home/llvm.new" && mkdir -p "$home/llvm.new"
  while read -r package version sum; do
    deb=$(deb_of "$package" "$folder")
    [ -n "$deb" ] || die "$folder holds no $package $version"
    actual=$(sha256sum "$deb" | cut -d' ' -f1)
    [ "$actual" = "$sum" ] ||
      die "$package: SHA-256 $actual, pinned is $sum for version $version; nothing was unpacked into use. Re-pin with '$here/install.sh --pin' only if Debian changed the package"
    dpkg-deb -x "$deb" "$home/llvm.new"
  done < <(grep -v '^#' "$pins")
  rm -rf "$home/llvm" && mv "$home/llvm.new" "$home/llvm"
  rm -rf "$home/apt"
}

build_linker() {
  command -v cargo >/dev/null || die 'cargo is missing; install Rust 1.95 with rustup (https://rustup.rs)'
  local version
  if ! [ -x "$home/bin/sbpf-linker.real" ]; then
    say "building sbpf-linker $linker_version"
    # LLVM_PREFIX: where its build script looks for lib/libLLVM.so; otherwise it would ask the system's llvm-config.
    mkdir -p "$home/link/lib" && ln -sfn "$llvm" "$home/link/lib/libLLVM.so"
    # From the folder of the repository, so that rustup takes the compiler this project names.
    (cd "$here" && LLVM_PREFIX="$home/link" RUSTFLAGS='-C link-arg=-Wl,--allow-shlib-undefined' \
      env -u RUSTUP_TOOLCHAIN cargo install -q "sbpf-linker@$linker_version" --locked --no-default-features \
      --features "bpf-linker/llvm-$llvm_major" --root "$home" --target-dir "$home/build" --force)
    mv "$home/bin/sbpf-linker" "$home/bin/sbpf-linker.real"
    rm -rf "$home/build"
  fi
  # LLVM wants a newer C library than the system's: run the linker through its own loader.
  cat > "$home/bin/sbpf-linker" <<WRAP
#!/bin/sh
exec "$libs/ld-linux-x86-64.so.2" --library-path "$libs" "$home/bin/sbpf-linker.real" "\$@"
WRAP
  chmod +x "$home/bin/sbpf-linker"
  version=$("$home/bin/sbpf-linker" --version)
  say "${version%%$'\n'*}"
}

case ${1:-} in
  --pin) mkdir -p "$home"; pin; exit ;;
  --check) lacking=$(missing); [ -z "$lacking" ] || { say "missing: ${lacking//$'\n'/, }"; exit 1; }; exit ;;
  '') ;;
  *) die "unknown argument '$1'; usage: install.sh [--check | --pin]" ;;
esac

[ -n "$(missing)" ] || exit 0
check_machine
mkdir -p "$home"
have_rust || install_rust
have_std || prepare_std
have_llvm || unpack_llvm
have_linker || build_linker
