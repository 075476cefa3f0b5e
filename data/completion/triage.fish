# fish completion for triage. What may follow is the program's own answer: triage help --next -- WORDS
function __triage_next
    set -l words (commandline -opc)[2..]
    set -l cur (commandline -ct)
    set -l lines (triage help --next -- $words (string replace -r '^[\'"]' '' -- $cur) 2>/dev/null)
    if test "$lines[1]" = \tfiles
        __fish_complete_path $cur
    else
        string match -v \topen -- $lines
    end
end
complete -c triage -f -a '(__triage_next)'
