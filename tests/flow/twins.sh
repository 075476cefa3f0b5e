#!/bin/sh
# twins: what a key can do, a script can do. Every verb with --json against a real daemon: its exit code, JSON that
# SQLite can read (one value a line), what it did as the next verb sees it; exit codes of what cannot be; and a hostile subject that never
# gets a control byte onto a terminal's output.
for tool in curl sqlite3; do
    command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
bin=$TRIAGE_BUILDDIR
dir=$(mktemp -d "${TMPDIR:-/tmp}/triage-cli-XXXXXX") || exit 1
daemon=
trap '[ -n "$daemon" ] && kill "$daemon" 2>/dev/null; wait; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cat >"$dir/triage.yaml" <<EOF
team: scripts
sources:
  - {name: open, dialect: rbs, auth: none}
agents:
  - {name: ana, uid: $(id -u), role: agent}
  - {name: ben, role: agent}
oncall: [ben]
destinations:
  - {name: nowhere, kind: webhook, url: 'http://127.0.0.1:9/gone', allow_loopback: true}
routes:
  - {name: all, to: [nowhere]}
EOF
n=0 bad=0
: >"$dir/watched"
say() { # 0 = good, name
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else bad=1; echo "not ok $n - $2"; cut -c1-200 "$dir/out" "$dir/err" | sed 's/^/# /' | head -20; fi
}
t() { "$bin/triage" --socket "$dir/triage.sock" --no-input "$@" >"$dir/out" 2>"$dir/err" </dev/null; }
code() { # expected exit code, name, words...
    want=$1 name=$2
    shift 2
    t "$@"
    got=$?
    [ "$got" = "$want" ]
    say $? "$name: exit $got, should be $want"
}
# Every line of the output is one JSON value, and there is one.
is_json() {
    [ -s "$dir/out" ] || return 1
    while IFS= read -r line; do
        printf '%s' "$line" >"$dir/line"
        [ "$(sqlite3 :memory: "SELECT json_valid(readfile('$dir/line') || '')")" = 1 ] || return 1
    done <"$dir/out"
}
json() { # words...: exit 0 and JSON
    t --json "$@"
    got=$?
    [ "$got" = 0 ] && is_json
    say $? "triage --json $*: exit $got, JSON"
}
# A member of ticket 1 as the desk now shows it.
member() {
    t --json show 1 && head -1 "$dir/out" >"$dir/line" && sqlite3 :memory: "SELECT json_extract(readfile('$dir/line') || '', '\$.ticket.$1')"
}
is() { # member, value
    got=$(member "$1")
    [ "$got" = "$2" ]
    say $? "#1 $1 is \"$got\", should be \"$2\""
}
# Bytes a terminal would act on: C0 but newline, DEL, C1 in UTF-8, and marks that turn the direction of text.
inert() {
    ! LC_ALL=C grep -q "[$(printf '\001-\011\013-\037\177')]" "$1" && ! LC_ALL=C grep -q "$(printf '\302')[$(printf '\200-\237')]" "$1" &&
        ! LC_ALL=C grep -q "$(printf '\342\200\256')" "$1"
}

# --- nobody there ---
code 69 'no daemon' ls
code 64 'no such verb' clamber
code 64 'no such verb, as JSON' --json clamber

# --- a desk ---
"$bin/triaged" --dir "$dir" >"$dir/log" 2>&1 &
daemon=$!
tries=0
until t --json desk; do # the wait is for its socket; each try asks it
    tries=$((tries + 1))
    [ $tries -lt 400 ] && kill -0 "$daemon" 2>/dev/null || { sed 's/^/# /' "$dir/log"; echo "Bail out! no daemon"; exit 1; }
done
post() { # number, subject as in JSON
    printf '{"eventId":"e-%s","eventType":"support.ticket_created","timestamp":"2026-01-01T10:00:00Z","source":"app","data":{"source_ticket_id":"%s","user_id":"u%s","user_name":"U","user_email":"u@example.com","subject":"%s","description":"Some text"}}' "$1" "$1" "$1" "$2" |
        curl -sf --unix-socket "$dir/ingest.sock" -H 'Content-Type: application/json' --data-binary @- http://desk/in/open >/dev/null
}
: >"$dir/out"
post 1 'A \u001b]0;pwned\u0007 \u001b[2J \u009b31m \u202etxt.exe\r\n subject'
say $? 'an event came in'
post 2 'Another'
say $? 'and another'

json ls --view all
grep -q '"id":1[,}]' "$dir/out"
say $? 'ls lists #1'
json show 1
json assign 1 ben
is assignee ben
json claim 1
is assignee ana
json note 1 'only for us'
code 65 'a reply where none are taken' --json reply 1 'Dear customer'
[ "$(sqlite3 "$dir/triage.db" "SELECT count(*) FROM message WHERE ticket=1 AND body='Dear customer'")" = 0 ]
say $? 'and nothing was written'
json status 1 pending
is status pending
json label 1 critical
is urgency critical
json escalate 1 'a script says so'
is escalated triggered
json ack 1
is escalated acknowledged
json close 1
is status resolved
json reopen 1
is status open
json scores
json ledger
json articles
json macros
json macros 1
json escalations
json oncall
json oncall --week
json simulate critical
json windows
json why 1 sla
json why 1 page
json customer 1
json sources
json stats
json destinations
grep -q '"name":"nowhere"' "$dir/out"
say $? 'destinations names the one there is'
json deliveries ls --destination nowhere --since 1h
json deliveries show 1
json deliveries retry 1
json route explain 1
grep -q '"end":"passed"' "$dir/out"
say $? 'the route lets the event pass'
json why 1 route
grep -q 'sent it to nowhere' "$dir/out"
say $? 'why route says where it went'
sqlite3 "$dir/triage.db" "SELECT json_extract(data,'\$.do') FROM entry WHERE kind='ticket' AND actor='ana' ORDER BY seq" >"$dir/did"
[ "$(tr '\n' ' ' <"$dir/did")" = 'assign claim note status label escalate ack close reopen ' ]
say $? "the journal has each of them once, by ana: $(tr '\n' ' ' <"$dir/did")"

# watch runs until it is told to stop
"$bin/triage" --socket "$dir/triage.sock" --json watch --after 1 >"$dir/watched" 2>"$dir/err" </dev/null &
watch=$!
tries=0
until grep -q reopen "$dir/watched" || [ $tries -ge 400 ]; do
    tries=$((tries + 1))
    t --json desk
done
kill "$watch"
wait "$watch" 2>/dev/null
cp "$dir/watched" "$dir/out"
grep -q reopen "$dir/out" && is_json
say $? 'watch tells every entry, one JSON value a line'

# --- what cannot be ---
code 1 'no such ticket' show 4711
code 64 'an assignment to nobody' assign 1
code 77 'an agent may not drop what leaves' deliveries drop 1 --yes
code 77 'nor stop a destination' deliveries pause nowhere
code 77 'nor replay' replay --dry-run --config "$dir/triage.yaml"
code 77 'nor is an agent asked for a yes' deliveries drop 1
code 1 'no such delivery' deliveries show 4711
code 1 'nothing of it is dead' deliveries replay 4711
code 77 'an agent may not reload the configuration' reload
is_error() { sqlite3 :memory: "SELECT json_extract(readfile('$dir/err') || '', '\$.status')"; }
code 77 'the same, as JSON' --json reload
[ "$(is_error)" = 403 ]
say $? 'the problem is JSON on the other stream'

# --- a stranger's subject ---
for words in 'ls --view all' 'show 1' 'why 1' 'events' 'events 1' 'deliveries' 'deliveries show 1' 'route explain 1' 'watch --after 1'; do
    if [ "${words%% *}" = watch ]; then cp "$dir/watched" "$dir/out"; else t $words; fi
    [ -s "$dir/out" ] && inert "$dir/out" && inert "$dir/err"
    say $? "triage $words: nothing a terminal would act on"
done
t ls --view all
grep -q 'pwned' "$dir/out"
say $? 'and the subject is there to be read'
for words in 'ls --view all' 'show 1' 'events 1' 'deliveries show 1'; do
    t --json $words
    [ -s "$dir/out" ] && inert "$dir/out"
    say $? "triage --json $words: nothing a terminal would act on"
done
echo "1..$n"
exit $bad
