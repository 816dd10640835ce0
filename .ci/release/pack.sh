#!/usr/bin/env bash
# Builds one target into dist/: the archive, its checksum, the list of what is in it, and the wheel.
set -euo pipefail

# shellcheck source=.ci/sha256.sh
. "$(dirname "$0")/../sha256.sh"
version="${VERSION#v}"
[ "$version" = "$(cargo pkgid --quiet | sed 's/.*[#@]//')" ] || {
    echo "the tag is $VERSION, but Cargo.toml says otherwise" >&2
    exit 1
}
tags=()
case "$TARGET" in
    *-musl)
        # A program that links nothing runs with any C library: without both, pip takes it for Alpine alone.
        tags=(--compatibility manylinux2014 musllinux_1_2)
        sudo apt-get update --quiet
        sudo apt-get install --quiet --yes musl-tools
        ;;
esac
rustup target add "$TARGET"
cargo build --locked --release --target "$TARGET"

name="keysweep-$version-$TARGET"
mkdir -p "dist/$name/completions"
program="target/$TARGET/release/keysweep"
[ -e "$program" ] || program="$program.exe"
cp "$program" README.md LICENSE* CHANGELOG.md "dist/$name/"
# What can be run here writes its own completions and manual.
if "$program" --version >/dev/null 2>&1; then
    for shell in bash zsh fish powershell elvish; do
        "$program" completions "$shell" >"dist/$name/completions/keysweep.$shell"
    done
    "$program" man >"dist/$name/keysweep.1"
fi
tar -czf "dist/$name.tar.gz" -C dist "$name"
rm -r "dist/${name:?}"
(
    cd dist
    "${sha256[@]}" "$name.tar.gz" >"$name.tar.gz.sha256"
)

cargo install --quiet --locked cargo-cyclonedx@0.5.7
cargo cyclonedx --quiet --format json --target "$TARGET" --override-filename "$name.cdx"
mv "$name.cdx.json" dist/

# The wheel holds nothing but the program, so that a hook needs no Rust. The empty case is spelled out for the shell of macOS.
(
    cd .ci/python
    pipx run maturin==1.9.4 build ${tags[@]+"${tags[@]}"} --release --locked --strip --target "$TARGET" --out ../../dist
)
