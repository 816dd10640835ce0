#!/usr/bin/env bash
# Scans what the event is about, annotates lines, and writes SARIF and a summary if asked to. Needs no token.
set -euo pipefail

fail() {
    echo "::error title=keysweep::$1"
    echo "exit-code=2" >>"$GITHUB_OUTPUT"
    exit 2
}

# Makes sure that a commit is there: a checkout is shallow unless it was told otherwise.
have() {
    git cat-file -e "$1^{commit}" 2>/dev/null && return
    git fetch --quiet --no-tags --no-recurse-submodules origin "$1" 2>/dev/null || true
    git cat-file -e "$1^{commit}" 2>/dev/null
}

# The range of the event: what the head has and the base has not.
event_range() {
    local base="${KEYSWEEP_BASE:-}" head="${KEYSWEEP_HEAD:-}"
    [ -n "$head" ] || head=$(git rev-parse HEAD)
    if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
        git fetch --quiet --unshallow --no-tags --no-recurse-submodules origin 2>/dev/null || true
    fi
    have "$head" || fail "the commit $head is not in the checkout; add \`fetch-depth: 0\` to actions/checkout"
    if [ -n "${base//0/}" ] && have "$base"; then
        echo "$base..$head"
        return
    fi
    # What is shallow all the same may lack the base that it has elsewhere.
    if [ -n "${base//0/}" ] && [ "$(git rev-parse --is-shallow-repository)" = true ]; then
        fail "the commit $base is not in the checkout; add \`fetch-depth: 0\` to actions/checkout"
    fi
    # A new branch has no base, and that of a forced push may be gone: all that no other branch has is new.
    echo "$head --not $(git for-each-ref --format='%(objectname)' refs/remotes | grep -v "^$head" | sort -u | tr '\n' ' ')"
}

cd "$KEYSWEEP_DIRECTORY"
mode="$KEYSWEEP_MODE"
if [ "$mode" = auto ]; then
    case "$KEYSWEEP_EVENT" in
        pull_request | pull_request_target | merge_group | push) mode=range ;;
        *) mode=tree ;;
    esac
fi

arguments=(scan)
case "$mode" in
    range)
        range="$KEYSWEEP_RANGE"
        [ -n "$range" ] || range=$(event_range) || { echo "$range"; exit 2; }
        arguments+=("--range=$range")
        ;;
    history) arguments+=(--history) ;;
    tree) ;;
    *) fail "the input mode is \`$mode\`; it can be auto, range, history or tree" ;;
esac
[ -z "$KEYSWEEP_SEVERITY" ] || arguments+=("--severity=$KEYSWEEP_SEVERITY")
paths=()
if [ "$mode" = tree ] && [ -n "$KEYSWEEP_PATHS" ]; then
    while IFS= read -r path; do
        [ -z "$path" ] || paths+=("$path")
    done <<<"$KEYSWEEP_PATHS"
fi
# The empty case is spelled out for the shell of macOS.
scan() { "$KEYSWEEP" "${arguments[@]}" "$@" -- ${paths[@]+"${paths[@]}"}; }

code=0
scan --format=github || code=$?
[ -z "$KEYSWEEP_SARIF" ] || scan --format=sarif --output="$KEYSWEEP_SARIF" || [ $? -ne 2 ] || code=2
[ "$KEYSWEEP_SUMMARY" != true ] || scan --format=markdown >>"$GITHUB_STEP_SUMMARY" || [ $? -ne 2 ] || code=2
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
