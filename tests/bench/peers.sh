#!/bin/sh
# peers: our console and programs of its kind in one run, one after the other, at 1,000, 100,000 and 1,000,000 items (make peers; an optimised build,
# an idle machine, half an hour and 9 GB; programs that are not installed are left out, and it says so). Items are tickets, mails, commits or
# lines of a log, with words from the same list. tests/bench/peers.c says what is measured and with which keys.
#   PEERS="triage less tig neomutt aerc lnav"  PEERS_ITEMS="1000 100000 1000000"  PEERS_FIXTURES=DIR (kept and used again)
set -eu
build=${TRIAGE_BUILDDIR:-.}
tools=$build/tests/bench
sizes=${PEERS_ITEMS:-"1000 100000 1000000"}
dir=${PEERS_FIXTURES:-$(mktemp -d "${TMPDIR:-/tmp}/triage-peers.XXXXXX")}
daemon=
clean() {
    [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null || :
    [ -n "${PEERS_FIXTURES:-}" ] || rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

# --- fixtures: each is made once, under a name of its own until it is whole ---

words='function words(n,  s) { s = ""; while (n-- > 0) s = s (s == "" ? "" : " ") word[1 + int(rand() * many)]; return s }
function order() { return sprintf("[ord%07d]", int(rand() * 10000000)) }
BEGIN { srand(11); many = split("refund login payment error timeout account password invoice shipping delay card billing sync webhook api key token user admin export import plan upgrade download cancel submit server data queue slow", word, " ") }'

make_log() { # file, lines
    awk -v n="$2" "$words"' BEGIN {
        for (i = 0; i < n; i++)
            print strftime("%Y-%m-%dT%H:%M:%S", 1760000000 + i, 1) "." sprintf("%03d", i % 1000), i % 5 ? "INFO" : "WARN", "desk[311]: ticket", order(), words(8) }' >"$1"
}
make_git() { # folder, commits
    git init -q -b main "$1"
    awk -v n="$2" "$words"' function data(text) { printf "data %d\n%s\n", length(text), text } BEGIN {
        for (i = 0; i < n; i++) {
            printf "commit refs/heads/main\nmark :%d\ncommitter %s <%s%d@example.com> %d +0000\n", i + 1, word[1 + i % many], word[1 + i % many], i % 97, 1500000000 + i * 60
            data(order() " " words(6) "\n\n" words(40) "\n")
            if (i)
                printf "from :%d\n", i
            printf "M 644 inline f%d.txt\n", i % 50
            data(words(30))
        } }' | git -C "$1" fast-import --quiet
}
make_mail() { # folder, mails
    mkdir -p "$1/INBOX/cur" "$1/INBOX/new" "$1/INBOX/tmp"
    awk -v n="$2" -v dir="$1/INBOX/cur" "$words"' BEGIN {
        for (i = 0; i < n; i++) {
            at = 1700000000 + i * 60
            file = dir "/" at ".M" i "P1.host:2," (i % 10 ? "S" : "")
            printf "From: %s <%s%d@example.com>\nTo: support@desk.example\nDate: %s\nMessage-ID: <t%d@desk.example>\nSubject: %s %s\nContent-Type: text/plain; charset=utf-8\n\nHello,\n\n%s\n",
                word[1 + i % many], word[1 + i % many], i % 997, strftime("%a, %d %b %Y %H:%M:%S +0000", at, 1), i, order(), words(6), words(60) >file
            close(file)
        } }'
}
make_desk() { # folder, tickets
    mkdir -m 700 "$1"
    cat >"$1/triage.yaml" <<'END'
team: bench
sources:
  - {name: bench, dialect: rbs, secrets: [whsec_bench]}
agents:
  - {name: ana, uid: 4000001}
oncall: [ana]
END
    run_desk "$1"
    "$tools/load" "$1/ingest.sock" /in/bench 64 "$2" >/dev/null
    sleep $((4 + $2 / 20000)) # until the index of texts is made
    stop_desk
}
run_desk() { # folder
    "$build/triaged" --dir "$1" 2>"$1/log" &
    daemon=$!
    n=0
    until grep -q event=ready "$1/log"; do # the sockets are there before, where a desk of an older version is brought to this one
        n=$((n + 1))
        [ $n -lt 1200 ] || { echo "peers: the desk in $1 did not open, see $1/log" >&2; exit 1; }
        sleep 0.1
    done
    sleep 2
}
stop_desk() {
    kill "$daemon"
    wait "$daemon" || :
    daemon=
}
settings() { # folder: of the mail programs
    mkdir -p "$1/home/aerc" "$1/cache"
    cat >"$1/neomuttrc" <<END
set folder=$1/mail
set header_cache=$1/cache
set mail_check=600
set quit=yes
set record=""
set sort=date-sent
END
    printf '[x]\nsource = maildir://%s/mail\nfrom = X <x@example.com>\ndefault = INBOX\n' "$1" >"$1/home/aerc/accounts.conf"
    chmod 600 "$1/home/aerc/accounts.conf"
}
have() { # what, size
    [ ! -e "$dir/$2/$1" ] || return 0
    echo "making $1 of $2" >&2
    rm -rf "$dir/$2/$1.part"
    "make_$1" "$dir/$2/$1.part" "$2"
    mv "$dir/$2/$1.part" "$dir/$2/$1"
}

# --- the run ---

echo "machine: $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"
printf '%-8s %9s %-6s %9s %9s %7s %9s\n' program items what 'p50 ms' 'p99 ms' bytes 'cpu us'
for size in $sizes; do
    mkdir -p "$dir/$size"
    settings "$dir/$size"
    for program in ${PEERS:-triage less tig neomutt aerc lnav}; do
        case $program in
        triage) have desk "$size" && run_desk "$dir/$size/desk" ;;
        less | lnav) have log "$size" ;;
        tig) have git "$size" ;;
        neomutt | aerc) have mail "$size" ;;
        esac
        if [ "$program" = triage ] || command -v "$program" >/dev/null; then
            "$tools/peers" "$program" "$size" "$dir/$size" |
                awk '$3 == "memory" { printf "%-8s %9d %-6s %9.1f MB\n", $1, $2, $3, $4; next }
                    { printf "%-8s %9d %-6s %9.2f %9.2f %7d %9d\n", $1, $2, $3, $4, $5, $6, $7; fflush() }' || :
        else
            echo "$program: not installed, left out"
        fi
        [ "$program" != triage ] || stop_desk
    done
done | tee "$dir/told"

echo "times of triage, first frame and p50 of a key, as shares of the others' (less is better)"
awk '$3 ~ /^(start|move|on|page|open|close|word)$/ {
        if ($1 == "triage") ours[$2, $3] = $4
        else if (($2, $3) in ours) printf "  %-8s %9d %-6s %.2f\n", $1, $2, $3, ours[$2, $3] / $4 }' "$dir/told"
