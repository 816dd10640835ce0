#!/usr/bin/env bash
# Scans what the event is about, annotates lines, and writes SARIF and a summary if asked to. Needs no token.
set -euo pipefail

# shellcheck source=.ci/action/end.sh
. "$(dirname "$0")/end.sh"
unforeseen="the scan ended before it was done"
errors=$(mktemp)
trap 'rm -f "$errors"; finish' EXIT

# Makes sure that a commit is there: a checkout is shallow unless it was told otherwise.
have() {
    git cat-file -e "$1^{commit}" 2>/dev/null && return
    git fetch --quiet --no-tags --no-recurse-submodules origin "$1" 2>/dev/null || true
    git cat-file -e "$1^{commit}" 2>/dev/null
}

# Returns the commits of the remote's branches that were there before the ref `$2` was pushed with the commit `$1`: those of
# all but its own branch. Another one with the same commit may have been pushed with it and leave to it what is new, unless it
# is the default branch, which leaves nothing to others. What a tag has is new only if no branch has it.
known() {
    local commit branch
    git for-each-ref --format='%(if)%(symref)%(then)%(else)%(objectname) %(refname:lstrip=3)%(end)' refs/remotes |
        while read -r commit branch; do
            case "$2" in
                refs/tags/*) ;;
                "refs/heads/$branch") continue ;;
                *) [ "$commit" != "$1" ] || [ "$branch" = "${KEYSWEEP_DEFAULT:-}" ] || continue ;;
            esac
            [ -z "$commit" ] || echo "$commit"
        done
}

# Sets the range to that of the event: what the head has and the base has not.
event_range() {
    local base="${KEYSWEEP_BASE:-}" head="${KEYSWEEP_HEAD:-}" ref="${KEYSWEEP_REF:-}" is_shallow
    is_shallow=$(LC_ALL=C git rev-parse --is-shallow-repository 2>"$errors") || {
        # What git advises in that case is for whoever sits before it.
        ! grep -q 'dubious ownership' "$errors" ||
            fail "the repository in \`$KEYSWEEP_DIRECTORY\` belongs to another user, so git does not read it; run \`git config --global --add safe.directory '$PWD'\` in a step before"
        fail "\`$KEYSWEEP_DIRECTORY\` is no repository that git can read; run actions/checkout before ($(tr -s '[:space:]' ' ' <"$errors"))"
    }
    if [ -z "$head" ]; then
        head=$(git rev-parse --verify --quiet HEAD) ||
            fail "the repository in \`$KEYSWEEP_DIRECTORY\` has no commit; run actions/checkout before"
        # An event that names no commit says nothing of what was checked out.
        ref=$(git symbolic-ref --quiet HEAD || true)
    fi
    if [ "$is_shallow" = true ]; then
        git fetch --quiet --unshallow --no-tags --no-recurse-submodules origin 2>/dev/null || true
        is_shallow=$(git rev-parse --is-shallow-repository)
    fi
    have "$head" || fail "the commit $head is not in the checkout; add \`fetch-depth: 0\` to actions/checkout"
    if [ -n "${base//0/}" ] && have "$base"; then
        range="$base..$head"
        return
    fi
    # What is shallow all the same may lack the base that it has elsewhere.
    if [ -n "${base//0/}" ] && [ "$is_shallow" = true ]; then
        fail "the commit $base is not in the checkout; add \`fetch-depth: 0\` to actions/checkout"
    fi
    # A new branch has no base, and that of a forced push may be gone: all that no other branch has is new.
    range="$head --not $(known "$head" "$ref" | sort -u | tr '\n' ' ')"
}

[ -n "$KEYSWEEP_DIRECTORY" ] || fail "the input \`working-directory\` is empty; leave it out for the root of the checkout"
cd "$KEYSWEEP_DIRECTORY" 2>/dev/null ||
    fail "the input \`working-directory\` is \`$KEYSWEEP_DIRECTORY\`, which is no directory here; run actions/checkout before, or check its spelling"
case "$KEYSWEEP_SUMMARY" in
    true | True | TRUE) writes_summary=true ;;
    false | False | FALSE | '') writes_summary= ;;
    *) fail "the input \`summary\` is \`$KEYSWEEP_SUMMARY\`; it can be true or false" ;;
esac
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
        [ -n "$range" ] || event_range
        arguments+=("--range=$range")
        ;;
    history) arguments+=(--history) ;;
    tree) ;;
    *) fail "the input \`mode\` is \`$mode\`; it can be auto, range, history or tree" ;;
esac
[ -z "$KEYSWEEP_SEVERITY" ] || arguments+=("--severity=$KEYSWEEP_SEVERITY")
paths=()
if [ "$mode" = tree ] && [ -n "$KEYSWEEP_PATHS" ]; then
    while IFS= read -r path; do
        # Lines may be indented, and end as those of Windows do.
        read -r path <<<"${path%$'\r'}"
        [ -z "$path" ] || paths+=("$path")
    done <<<"$KEYSWEEP_PATHS"
fi

# What the program said of why it could not do its job, on one line.
reason() {
    sed -e '/^[a-z_]*::[a-z_]*$/d' -e '/^For more information/d' -e 's/^error: //' -e 's/^ *× *//' -e 's/^ *help: */; /' "$errors" |
        tr -s '[:space:]' ' ' | sed -e 's/^ //' -e 's/ $//' -e 's/ ; /; /g'
}

# Scans with further options. Returns what a scan says of what was found, and ends if there was no scan.
scan() {
    local code=0
    # The empty case is spelled out for the shell of macOS.
    "$KEYSWEEP" "${arguments[@]}" "$@" -- ${paths[@]+"${paths[@]}"} 2>"$errors" || code=$?
    cat "$errors" >&2
    case "$code" in
        0 | 1 | 3) return "$code" ;;
        2) fail "$(reason)" ;;
        *) fail "keysweep ended with exit code $code: $(reason)" ;;
    esac
}

code=0
scan --format=github || code=$?
if [ -n "$KEYSWEEP_SARIF" ]; then
    scan --format=sarif --output="$KEYSWEEP_SARIF" || true
    # Later steps start where this one did.
    case "$KEYSWEEP_SARIF" in
        /* | \\* | [A-Za-z]:*) echo "sarif=$KEYSWEEP_SARIF" ;;
        *) echo "sarif=$KEYSWEEP_DIRECTORY/$KEYSWEEP_SARIF" ;;
    esac >>"$GITHUB_OUTPUT"
fi
if [ -n "$writes_summary" ]; then
    summary=$(mktemp)
    scan --format=markdown --output="$summary" || true
    cat "$summary" >>"$GITHUB_STEP_SUMMARY"
    rm "$summary"
fi
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
told=true
exit "$code"
