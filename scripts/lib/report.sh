# shellcheck shell=bash
# What the demo says: numbered steps, and expectations that are counted. To be sourced.

STEP=0 HELD=0 FAILED=0

# step TITLE EXPLANATION
step() {
    printf '\n%d. %s\n   %s\n' $((STEP += 1)) "$1" "$2"
}

# expect SENTENCE COMMAND…: says and counts whether the command succeeds; what it prints is not shown.
expect() {
    local sentence=$1
    shift
    if "$@" >/dev/null; then
        printf '   ok: %s\n' "$sentence"
        HELD=$((HELD + 1))
    else
        printf '   FAILED: %s\n' "$sentence"
        FAILED=$((FAILED + 1))
    fi
}

# need SENTENCE COMMAND…: an expectation without which there is no going on.
need() {
    local failed_before=$FAILED
    expect "$@"
    ((FAILED == failed_before)) || exit 1
}

# between LOW VALUE HIGH: whether LOW <= VALUE <= HIGH; decimals are fine.
between() {
    jq -ne --argjson low "$1" --argjson value "$2" --argjson high "$3" '$low <= $value and $value <= $high' >/dev/null
}

# summary: the last line.
summary() {
    printf '\ndemo: %d expectations held, %d failed\n' "$HELD" "$FAILED"
}
