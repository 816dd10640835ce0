#!/usr/bin/env bash
# Puts the program into $KEYSWEEP_ROOT: a verified release if $KEYSWEEP_VERSION names one, or else this checkout, built.
set -euo pipefail

here=$(dirname "$0")
# shellcheck source=.ci/action/end.sh
. "$here/end.sh"
# shellcheck source=.ci/sha256.sh
. "$here/../sha256.sh"
unforeseen="keysweep could not be installed"

# Returns a checksum as it was given as one that can be compared: letters of either size, perhaps with the name of its kind.
digest() {
    local digest
    digest=$(tr -d '[:space:]' <<<"$1" | tr '[:upper:]' '[:lower:]')
    echo "${digest#sha256:}"
}

target() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) echo x86_64-unknown-linux-musl ;;
        Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
        Darwin-x86_64) echo x86_64-apple-darwin ;;
        Darwin-arm64) echo aarch64-apple-darwin ;;
        MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
        *) fail "there is no release for $(uname -s) on $(uname -m); leave out the input version to build from source" ;;
    esac
}

download() {
    local name url archive expected
    # What fails in there has said so on what is taken as the name.
    name=$(target) || { echo "$name"; told=true; exit 2; }
    name="keysweep-${KEYSWEEP_VERSION#v}-$name"
    url="${KEYSWEEP_BASE_URL:-https://github.com/$KEYSWEEP_REPOSITORY/releases/download/$KEYSWEEP_VERSION}"
    archive="$KEYSWEEP_ROOT/$name.tar.gz"
    curl --fail --silent --show-error --location --retry 3 --output "$archive" "$url/$name.tar.gz" ||
        fail "the release $KEYSWEEP_VERSION cannot be downloaded; check the input version"
    expected="${KEYSWEEP_CHECKSUM:-}"
    if [ -z "$expected" ]; then
        expected=$(curl --fail --silent --show-error --location --retry 3 "$url/$name.tar.gz.sha256" | cut -d ' ' -f 1) ||
            fail "the checksum of the release $KEYSWEEP_VERSION cannot be downloaded"
    fi
    # No path is given to these: in one of Windows, tar takes the drive for a machine elsewhere and backslashes for escapes.
    [ "$("${sha256[@]}" <"$archive" | cut -d ' ' -f 1)" = "$(digest "$expected")" ] ||
        fail "the release archive does not have the checksum that it should have; it was not unpacked"
    (cd "$KEYSWEEP_ROOT/bin" && tar -xzf - --strip-components 1) <"$archive"
    rm "$archive"
}

build() {
    command -v cargo >/dev/null || fail "cargo is missing; install Rust, or name a release in the input version"
    cargo install --quiet --locked --path "$here/../.." --root "$KEYSWEEP_ROOT" --no-track
}

mkdir -p "$KEYSWEEP_ROOT/bin"
program="$KEYSWEEP_ROOT/bin/keysweep"
if [ -n "${KEYSWEEP_VERSION:-}" ]; then
    download
elif [ ! -x "$program" ] && [ ! -x "$program.exe" ]; then
    build
fi
"$program" --version
echo "program=$program" >>"$GITHUB_OUTPUT"
told=true
