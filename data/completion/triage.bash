# bash completion for triage. The words are the program's own: triage help --list
_triage()
{
    local cur=${COMP_WORDS[COMP_CWORD]} verb= i
    local words options="--socket --json --no-input --help --version"
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --socket | --theme | --keys | --open) ((i++)) ;;
        -*) ;;
        *) verb=${COMP_WORDS[i]}; break ;;
        esac
    done
    case $verb in
    '') words="$(triage help --list 2>/dev/null | cut -f 1) $options --theme --keys --open --ascii --mono" ;;
    help) words=$(triage help --list 2>/dev/null | cut -f 1) ;;
    snooze) words="1h 2h 1d tomorrow monday" ;;
    assign) words=$(triage desk --json 2>/dev/null | tr '{,' '\n\n' | sed -n 's/^"name":"\([a-z0-9_-]*\)"$/\1/p') ;;
    check) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    *)
        if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --where ]]; then
            # The whole expression is one word: begun with a quote it goes on in it, else it gets one.
            local quote= text=$cur IFS=$'\n'
            case $cur in [\'\"]*) quote=${cur:0:1} text=${cur:1} ;; esac
            COMPREPLY=($(triage help --where "$text" 2>/dev/null | cut -f 1))
            ((${#COMPREPLY[@]} != 1)) || COMPREPLY+=("${COMPREPLY[0]} ") # two, so that the quote stays open
            [[ $quote ]] || COMPREPLY=("${COMPREPLY[@]/#/\'}")
            compopt -o nospace
            return
        fi
        if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --view ]]; then
            COMPREPLY=($(compgen -W "$(triage views --json 2>/dev/null | tr '{,' '\n\n' | sed -n 's/^"name":"~\{0,1\}\([^"]*\)"$/\1/p')" -- "$cur"))
            return
        fi
        if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --config ]]; then
            COMPREPLY=($(compgen -f -- "$cur"))
            return
        fi
        words="$(triage help --list "$verb" 2>/dev/null | cut -f 1) $options" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _triage triage
