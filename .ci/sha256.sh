# shellcheck shell=bash disable=SC2034
# Sourced. Sets `sha256` to the command that prints checksums here. A file whose path has a backslash is given as
# its standard input: GNU's puts a backslash before the checksum otherwise.
if command -v sha256sum >/dev/null; then sha256=(sha256sum); else sha256=(shasum -a 256); fi
