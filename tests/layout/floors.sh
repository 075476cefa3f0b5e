#!/bin/sh
# floors: a folder includes only what lies below it (src/README.md), one file owns each foreign library, and no call is
# made that the house forbids. Reads the sources as text; prints one TAP line a rule.
src=$TRIAGE_SRCDIR
cd "$src" || exit 1
n=0 bad=0
check() { # name, offending lines
    n=$((n + 1))
    if [ -z "$2" ]; then echo "ok $n - $1"; else
        bad=1
        echo "not ok $n - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
    fi
}
floor() { # folder, the folders it may include besides itself
    folder=$1; shift
    allowed=$(printf '%s|' "$folder" "$@")
    check "$folder includes only: $*" "$(grep -rnE '^#include "[a-z]+/' --include='*.[ch]' --include='*.def' "$folder_root/$folder" 2>/dev/null |
        grep -vE "#include \"(${allowed%|})/")"
}
# shellcheck disable=SC2086
folder_root=src
floor base
floor core base
floor wire base core
floor dialect base core wire
floor destination base core wire dialect
floor store base core wire
floor engine base core wire store destination
floor worker base core wire store engine destination
floor api base core wire dialect destination store engine worker
floor daemon base core wire dialect destination store engine worker api
folder_root=ui
below="base core wire dialect"
floor term $below
floor widget $below term
floor link $below
floor screen $below term widget link
floor command $below term widget link screen
floor demo $below link
floor app $below term widget link screen command demo

owner() { # header, the files that may include it
    header=$1; shift
    check "$header is included by $* only" "$(grep -rnE "#include <$header" --include='*.[ch]' src ui |
        grep -vE "^($(printf '%s|' "$@" | sed 's/|$//'))")"
}
owner cjson/ src/base/json
owner yaml.h src/base/yaml
owner pcre2 src/base/regex
owner utf8proc src/base/text
owner sodium src/base/crypto
owner sqlite3 src/store/
owner microhttpd src/api/server src/api/door
owner curl/ src/worker/http
owner '(llhttp|http_parser).h' ui/link/response
owner malloc.h src/base/memory
owner libpq src/worker/pg
# One library, four nouns: the terminal as a whole, what is drawn, how it is said, what is typed.
owner '(n?curses|ncursesw/curses|term).h' ui/term/ncurses ui/term/paint ui/term/pen ui/term/style ui/term/capability ui/term/input

banned='\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|system|popen|tmpnam|mktemp|alloca|atoi|gmtime|localtime|asctime|ctime|strerror_l)\('
check "no banned call" "$(grep -rnE --include='*.c' "$banned" src ui)"
check "pure folders read no clock, file, socket, environment or log" "$(grep -nE --include='*.c' -r \
    '\b(clock_now|clock_mono|log_line|getenv|random|rand|fopen|open|socket|connect|pthread_[a-z_]+|time)\(' src/core src/wire src/dialect src/destination \
    ui/link/mirror.c ui/link/about.c ui/link/listed.c ui/link/rows.c ui/link/sort.c ui/link/touch.c ui/link/docs.c ui/link/pending.c ui/link/frames.c ui/link/counts.c ui/link/game.c ui/link/presence.c ui/link/windows.c ui/link/paged.c ui/link/response.c ui/link/problem.c)"
check "SQL text is made of literals and the field table only" "$(grep -nE 'sqlite3_(exec|prepare)' -r src --include='*.c' | grep -v '^src/store/store.c')"
once() { # prefix, the ids: each is the first member of one row of a table under ui/app
    for id in $2; do
        rows=$(grep -rhoE --include='*.c' "\{$1$id," ui/app | wc -l)
        [ "$rows" -eq 1 ] || echo "$1$id stands in $rows rows"
    done
}
check "each command of the console is run by one part" "$(once LOCAL_ "$(sed -n 's/^LOCAL([a-z-]*, *\([A-Z_]*\),.*/\1/p' ui/command/local.def)")"
check "each question's answer is taken by one part" "$(once FOR_ "$(sed -n '/^enum purpose {/,/};/s/^ *FOR_\([A-Z_]*\).*/\1/p' ui/app/console.h | grep -v '^NOTHING$')")"
map() { # root: each file of its folders stands once in the map of its README, in backticks, and nothing else does
    for dir in "$1"/*/; do
        folder=$(basename "$dir")
        there=$(find "$dir" -maxdepth 1 \( -name '*.c' -o -name '*.h' -o -name '*.def' \) | sed 's|.*/||; s|[.][a-z]*$||' | sort -u)
        listed=$(awk -v f="**\`$folder/\`**" '/^## The map/ { on = 1 } /^## / && !/^## The map/ { on = 0 }
            on && index($0, "**`") == 1 { mine = index($0, f) == 1; next } on && mine' "$1/README.md" | grep -o '`[a-z_0-9]*`' | tr -d '`' | sort)
        printf '%s\n' "$there" "$listed" | sort | uniq -c | while read -r times name; do
            [ "$times" -eq 2 ] && printf '%s\n' "$there" | grep -qx "$name" || echo "$dir$name stands $(printf '%s\n' "$listed" | grep -cx "$name") times in the map"
        done
    done
}
check "the map of src/README.md has each file once" "$(map src)"
check "the map of ui/README.md has each file once" "$(map ui)"
unnamed() { # a header is missed by no compiler here, only where somebody unpacks what was released
    find src ui tests -name '*.h' | while read -r file; do
        grep -qF "%D%/${file#*/}" src/sources.am ui/sources.am tests/*.am || echo "$file"
    done
}
check "each header is named in a list of sources" "$(unnamed)"
echo "1..$n"
exit $bad
