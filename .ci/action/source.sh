#!/usr/bin/env bash
# Writes a name for what the action's own checkout holds, under which its build is kept: a branch may move, and the action
# may be used from within its own repository, so neither the version nor the lock file alone says what was built.
set -euo pipefail

if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
cd "$(dirname "$0")/../.."
files=$(find Cargo.toml Cargo.lock build.rs src rules -type f | LC_ALL=C sort)
contents=$(tr '\n' '\0' <<<"$files" | xargs -0 "${sum[@]}" | "${sum[@]}")
echo "source=${contents%% *}" >>"$GITHUB_OUTPUT"
