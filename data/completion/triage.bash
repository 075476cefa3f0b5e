# bash completion for triage. What may follow is the program's own answer: triage help --next -- WORDS
_triage()
{
    local cur=${COMP_WORDS[COMP_CWORD]} quote= line IFS=$'\n'
    local -a before=("${COMP_WORDS[@]:1:COMP_CWORD-1}") lines=() words=()
    COMPREPLY=()
    case $cur in [\'\"]*) quote=${cur:0:1} cur=${cur:1} ;; esac
    lines=($(triage help --next -- "${before[@]}" "$cur" 2>/dev/null))
    case ${lines[0]} in
    $'\tfiles') compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
    esac
    for line in "${lines[@]}"; do
        line=${line%%$'\t'*}
        [[ -n $line && $line == "$cur"* ]] && words+=("$line")
    done
    if [[ ${lines[0]} == $'\topen' ]]; then
        # The whole expression is one word: begun with a quote it goes on in it, else it gets one.
        ((${#words[@]} != 1)) || words+=("${words[0]} ") # two, so that the quote stays open
        [[ $quote ]] || words=("${words[@]/#/\'}")
        compopt -o nospace
    fi
    COMPREPLY=("${words[@]}")
}
complete -F _triage triage
