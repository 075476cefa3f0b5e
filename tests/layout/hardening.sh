#!/bin/sh
# hardening: what configure found this compiler able to do is in the programs it made. Sanitized builds have none of it.
cd "$TRIAGE_BUILDDIR" || exit 1
if grep -q 'SANITIZE_CFLAGS = -f' Makefile; then
    echo '1..1'
    echo 'ok 1 - a sanitized build: nothing to look for'
    exit 0
fi
command -v readelf >/dev/null 2>&1 || { printf '1..1\nok 1 - no readelf here: not looked at\n'; exit 0; }
n=0 bad=0
has() { # name, flag that asks for it, program, pattern in readelf's words
    n=$((n + 1))
    if ! grep -q -- "$2" Makefile; then echo "ok $n - $3: $1 is not known to this compiler"
    elif readelf -W -h -l -d -s "$3" | grep -q -- "$4"; then echo "ok $n - $3: $1"
    else bad=1; echo "not ok $n - $3: $1"; fi
}
for program in triaged triage; do
    [ -x "$program" ] || continue
    has 'position independent' '-fPIE' "$program" 'DYN (Position-Independent\|Type: *DYN'
    has 'relocations read-only' '-Wl,-z,relro' "$program" 'GNU_RELRO'
    has 'everything bound at start' '-Wl,-z,now' "$program" 'BIND_NOW\|Flags: NOW'
    has 'stack guard' '-fstack-protector-strong' "$program" '__stack_chk_fail'
    has 'no executable stack' '-Wl,-z,relro' "$program" 'GNU_STACK.* RW  *0x'
done
echo "1..$n"
exit $bad
