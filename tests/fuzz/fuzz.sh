#!/bin/sh
# fuzz: every target for FUZZ_SECONDS, two at a time, begun from the fixtures (make fuzz, in a tree configured with
# CC=clang --enable-fuzzing --enable-sanitizers=address,undefined). What breaks a target is left beside its log in
# tests/fuzz/found of the build tree; a file that broke one belongs into tests/fixtures/fuzz/<target>, where make check
# replays it. FUZZ_TARGETS names some of them only.
set -eu
seconds=${FUZZ_SECONDS:-60}
build=${TRIAGE_BUILDDIR:-.}
fixtures=${TRIAGE_SRCDIR:-.}/tests/fixtures
found=$build/tests/fuzz/found
work=$(mktemp -d "${TMPDIR:-/tmp}/triage-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$found"

seed() { # target: its corpus. Where the first byte chooses, each file is a seed for each choice.
    mkdir -p "$work/$1"
    n=0
    case $1 in
    config) set -- "$1" "$TRIAGE_SRCDIR"/data/config/*.yaml "$TRIAGE_SRCDIR"/data/game/*.yaml "$TRIAGE_SRCDIR"/data/demo/triage.yaml "$fixtures"/fuzz/config/* ;;
    settings) set -- "$1" "$TRIAGE_SRCDIR"/themes/*.yaml "$TRIAGE_SRCDIR"/data/keys/*.keys ;;
    *) set -- "$1" $(find "$fixtures/events" "$fixtures/fuzz/$1" -type f -size -64k 2>/dev/null) ;;
    esac
    target=$1
    shift
    for file; do
        n=$((n + 1))
        cp "$file" "$work/$target/plain$n"
        case $target in
        dialect | classify | config | settings | sse | response | signature | redact | answer)
            for byte in 0 1 2 3 4 5 6 7; do
                { printf "\\00$byte"; cat "$file"; } >"$work/$target/$byte-$n"
            done ;;
        esac
    done
}
run() { # target
    seed "$1"
    if "$build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$found/$1-" "$work/$1" >"$found/$1.log" 2>&1; then
        echo "good  $1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$1.log") runs in $seconds s"
    else
        echo "BROKE $1: $(grep -m1 -E 'ERROR|SUMMARY|deadly signal|runtime error' "$found/$1.log" || echo 'see the log') ($found/$1.log)"
        : >"$work/broke"
    fi
}
targets=${FUZZ_TARGETS:-$(cd "$build/tests/fuzz" && ls fuzz_* | grep -v '\.o$' | sed 's/^fuzz_//')}
set -- $targets
while [ $# -gt 0 ]; do
    run "$1" &
    shift
    if [ $# -gt 0 ]; then
        run "$1" &
        shift
    fi
    wait
done
[ ! -e "$work/broke" ]
