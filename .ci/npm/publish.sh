#!/usr/bin/env bash
# Makes one npm package for each platform from the archives in dist/, and one that picks among them; publishes unless DRY_RUN is set.
set -euo pipefail

version="${VERSION#v}"
here="$(cd "$(dirname "$0")" && pwd)"
out="${OUT:-$(mktemp -d)}"
# The registry compares this with the repository that the provenance names.
repository="\"repository\": { \"type\": \"git\", \"url\": \"git+https://github.com/${GITHUB_REPOSITORY:-OWNER/keysweep}.git\" }"
optional=""

# os and cpu as npm names them, then the target.
while read -r os cpu target; do
    archive="dist/keysweep-$version-$target.tar.gz"
    [ -e "$archive" ] || { echo "$archive is missing" >&2; exit 1; }
    package="$out/$os-$cpu"
    mkdir -p "$package/bin"
    program=keysweep
    [ "$os" != win32 ] || program=keysweep.exe
    tar -xzf "$archive" -C "$package/bin" --strip-components 1 "keysweep-$version-$target/$program"
    cat >"$package/package.json" <<JSON
{
  "name": "@keysweep/$os-$cpu",
  "version": "$version",
  "description": "The keysweep program for $os on $cpu",
  "license": "MIT OR Apache-2.0",
  $repository,
  "os": ["$os"],
  "cpu": ["$cpu"],
  "files": ["bin"]
}
JSON
    optional="$optional,\"@keysweep/$os-$cpu\":\"$version\""
done <<TARGETS
linux x64 x86_64-unknown-linux-musl
linux arm64 aarch64-unknown-linux-musl
darwin x64 x86_64-apple-darwin
darwin arm64 aarch64-apple-darwin
win32 x64 x86_64-pc-windows-msvc
TARGETS

mkdir -p "$out/keysweep"
cp "$here/keysweep.js" "$out/keysweep/"
cat >"$out/keysweep/package.json" <<JSON
{
  "name": "keysweep",
  "version": "$version",
  "description": "Finds leaked credentials in git trees, staged changes and all of history, and says how to rotate them",
  "license": "MIT OR Apache-2.0",
  $repository,
  "bin": { "keysweep": "keysweep.js" },
  "files": ["keysweep.js"],
  "engines": { "node": ">=18" },
  "optionalDependencies": {${optional#,}}
}
JSON
[ -z "${DRY_RUN:-}" ] || exit 0
# The platforms first, so that the package that picks among them never finds none.
# Older versions of npm, such as that of the runner's system, cannot publish without a token.
for package in "$out"/*-* "$out/keysweep"; do
    npx --yes npm@11.6.2 publish --provenance --access public "$package"
done
