#!/usr/bin/env bash
# Writes a name for what the action's own checkout holds, under which its build is kept: a branch may move, and the action
# may be used from within its own repository, so neither the version nor the lock file alone says what was built.
set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=.ci/sha256.sh
. .ci/sha256.sh
files=$(find Cargo.toml Cargo.lock build.rs src rules -type f | LC_ALL=C sort)
contents=$(tr '\n' '\0' <<<"$files" | xargs -0 "${sha256[@]}" | "${sha256[@]}")
echo "source=${contents%% *}" >>"$GITHUB_OUTPUT"
