#!/bin/sh
# mutant: a daemon that answers before its commit must fail the torture test, and for that reason: acknowledged events
# are lost. Otherwise the test could not tell the two orders apart.
kills=${MUTANT_KILLS:-12}
echo "1..1"
said=$(TRIAGE_TRIAGED="$TRIAGE_BUILDDIR/triaged-mutant" "$TRIAGE_BUILDDIR/tests/torture/kill" --kills "$kills" 2>&1)
code=$?
lost=$(printf '%s\n' "$said" | grep -c 'WRONG lost')
printf '%s\n' "$said" | grep -v '^1\.\.' | sed 's/^\(not \)*ok/# &/'
dir=$(printf '%s\n' "$said" | sed -n 's/^# its database is left in //p')
case $dir in */triage-test-*) rm -rf "$dir" ;; esac
[ $code -ne 0 ] && [ "$lost" -gt 0 ] || printf 'not '
echo "ok 1 - a daemon that answers before its commit is caught ($lost losses seen)"
