# bash completion for triage; tests/flow/cli checks that every verb is named.
_triage()
{
    local cur=${COMP_WORDS[COMP_CWORD]} verb= i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --socket | --theme | --keys | --open) ((i++)) ;;
        -*) ;;
        *) verb=${COMP_WORDS[i]}; break ;;
        esac
    done
    local actions="accept ack assign category claim close escalate label note priority redo reopen reply reveal snooze status tags unassign undo"
    local verbs="check customer deliveries demo desk destinations doctor down escalations events help labels ls model prompt rebuild refusals reload replay route score show similar sources stats up verify version watch why"
    local options="--socket --json --no-input --help --version"
    case $verb in
    '') COMPREPLY=($(compgen -W "$actions $verbs $options --theme --keys --open --ascii --mono" -- "$cur")) ;;
    status) COMPREPLY=($(compgen -W "open pending on_hold resolved" -- "$cur")) ;;
    priority) COMPREPLY=($(compgen -W "low normal high urgent" -- "$cur")) ;;
    label) COMPREPLY=($(compgen -W "low high critical" -- "$cur")) ;;
    category) COMPREPLY=($(compgen -W "bug feature question billing onboarding other" -- "$cur")) ;;
    snooze) COMPREPLY=($(compgen -W "1h 2h 1d tomorrow monday" -- "$cur")) ;;
    why) COMPREPLY=($(compgen -W "sla label score page route" -- "$cur")) ;;
    deliveries) COMPREPLY=($(compgen -W "ls show retry replay drop pause resume --state --destination --route --ticket --since --limit --all --yes" -- "$cur")) ;;
    route | replay)
        if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --config ]]; then
            COMPREPLY=($(compgen -f -- "$cur"))
        elif [[ $verb == route ]]; then
            COMPREPLY=($(compgen -W "explain --config" -- "$cur"))
        else
            COMPREPLY=($(compgen -W "--dry-run --config --since" -- "$cur"))
        fi ;;
    ls) COMPREPLY=($(compgen -W "--view --where --limit --all $options" -- "$cur")) ;;
    verify) COMPREPLY=($(compgen -W "--explain --strict --dialect --secret-file --headers --source --config --at" -- "$cur")) ;;
    help) COMPREPLY=($(compgen -W "$actions $verbs" -- "$cur")) ;;
    assign) COMPREPLY=($(compgen -W "$(triage desk --json 2>/dev/null | tr '{,' '\n\n' | sed -n 's/^"name":"\([a-z0-9_-]*\)"$/\1/p')" -- "$cur")) ;;
    check) COMPREPLY=($(compgen -f -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "--dry-run --key --version $options" -- "$cur")) ;;
    esac
}
complete -F _triage triage
