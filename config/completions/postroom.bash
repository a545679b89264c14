# bash completion for postroom(1). Written by config/completions/write.py.
_postroom() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]}
    COMPREPLY=()
    case $before in
    -c | --config | --state) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "run check init doctor explain auth evaluate train mailboxes tickets message correct held search senders campaign stats erase backup rules webhooks login" -- "$word")
        return
    fi
    case $command in
    run) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --once --help" -- "$word") ;;
    check) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --sample --schema --manual --help" -- "$word") ;;
    init) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --address --server --ca --state --help" -- "$word") ;;
    doctor) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --json --webhooks --help" -- "$word") ;;
    explain) mapfile -t COMPREPLY < <(compgen -W "- --config --resolver --json --mailbox --received-at --lang --help" -- "$word") ;;
    auth) mapfile -t COMPREPLY < <(compgen -W "spf dkim arc dmarc results - --config --resolver --json --ip --helo --from --author --dkim --spf --profile --mailbox --host --network --authserv-id --sealer --received-at --help" -- "$word") ;;
    evaluate) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --json --model --help" -- "$word") ;;
    train) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --json --output --help" -- "$word") ;;
    mailboxes) mapfile -t COMPREPLY < <(compgen -W "list test rescan backfill --config --resolver --json --since --notify --help" -- "$word") ;;
    tickets) mapfile -t COMPREPLY < <(compgen -W "list show set merge export --config --resolver --json --label --status --department --since --sender --assignee --priority --limit --csv --help" -- "$word") ;;
    message) mapfile -t COMPREPLY < <(compgen -W "show raw attachment --config --resolver --json --help" -- "$word") ;;
    correct) mapfile -t COMPREPLY < <(compgen -W "--spam --not-spam --undo --config --resolver --json --label --spam --not-spam --undo --help" -- "$word") ;;
    held) mapfile -t COMPREPLY < <(compgen -W "list show raw release retry drop --config --resolver --json --help" -- "$word") ;;
    search) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --json --limit --help" -- "$word") ;;
    senders) mapfile -t COMPREPLY < <(compgen -W "list allow block forget --config --resolver --json --until --help" -- "$word") ;;
    campaign) mapfile -t COMPREPLY < <(compgen -W "list show import --config --resolver --json --help" -- "$word") ;;
    stats) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --json --days --help" -- "$word") ;;
    erase) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --json --help" -- "$word") ;;
    backup) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --json --help" -- "$word") ;;
    rules) mapfile -t COMPREPLY < <(compgen -W "test dry-run --config --resolver --json --mailbox --received-at --since --help" -- "$word") ;;
    webhooks) mapfile -t COMPREPLY < <(compgen -W "list dead test enable replay --config --resolver --json --since --until --webhook --dry-run --help" -- "$word") ;;
    login) mapfile -t COMPREPLY < <(compgen -W "--config --resolver --json --help" -- "$word") ;;
    esac
    case $command in
    auth | backup | campaign | evaluate | explain | rules)
        local file
        while read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$word") ;;
    esac
}
complete -o filenames -F _postroom postroom
