# shellcheck shell=bash
# Sourced. How a script of the action ends: whatever keeps it from its job, also what was not foreseen, is one annotation and exit code 2.
# It sets `told` once it is done, and `unforeseen` to what else is said of its end.

# Says what went wrong and ends; a line feed or a percent sign would end or change the command.
fail() {
    local text="$1" feed=$'\n' return=$'\r'
    text="${text//\%/%25}"
    text="${text//"$return"/%0D}"
    echo "::error title=keysweep::${text//"$feed"/%0A}"
    echo "exit-code=2" >>"$GITHUB_OUTPUT"
    told=true
    exit 2
}

told=
unforeseen=
finish() {
    [ -n "$told" ] || fail "$unforeseen; the lines above this one in the log say why"
}
trap finish EXIT
