# fish completion for triage. The words are the program's own: triage help --list
complete -c triage -f
complete -c triage -l socket -r -F -d 'which daemon'
complete -c triage -l json -d 'JSON'
complete -c triage -l no-input -d 'never wait for typing'
complete -c triage -l help -d 'help'
complete -c triage -n __fish_use_subcommand -a '(triage help --list 2>/dev/null)'
complete -c triage -n '__fish_seen_subcommand_from help' -a '(triage help --list 2>/dev/null)'
complete -c triage -n 'not __fish_use_subcommand; and not __fish_seen_subcommand_from help' -a '(triage help --list (commandline -opc)[2] 2>/dev/null)'
complete -c triage -n '__fish_seen_subcommand_from snooze' -a '1h 2h 1d tomorrow monday'
complete -c triage -n '__fish_seen_subcommand_from route replay' -l config -r -F -d 'another configuration'
complete -c triage -n '__fish_seen_subcommand_from ls view-save' -l where -x -a '(triage help --where (commandline -ct | string trim -l -c "\'\\"") 2>/dev/null)'
complete -c triage -n '__fish_seen_subcommand_from ls stats' -l view -x -a '(triage views --json 2>/dev/null | tr "{," "\n\n" | string match -rg "^\"name\":\"~?([^\"]*)\"$")'
