#!/bin/sh
# Runs a test program and says what it skipped as TAP has it: cmocka (1.1.7) writes "not ok N # SKIP", which is a failure.
exec 4>&1
status=$({ { "$@" 2>&1; echo $? >&3; } | sed 's/^not ok \([0-9]* # SKIP\)/ok \1/' >&4; } 3>&1)
exit "$status"
