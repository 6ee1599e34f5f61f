# Completion of hotseat's commands and options for bash; installed by `make install`.

_hotseat()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} options=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        options='run console sim board questions check-config backup restore matrix doctor version --help'
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
        return
    fi
    case $before in
        --config | --db) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        --plugins) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        --questions | check) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        --irc) return ;;
        --period) mapfile -t COMPREPLY < <(compgen -W 'day week month all' -- "$word"); return ;;
        --with) mapfile -t COMPREPLY < <(compgen -W 'password browser token' -- "$word"); return ;;
        --as | --seed | --room | --kind | --limit) return ;;
        *) ;;
    esac
    case $command in
        run) options='--config --help' ;;
        console) options='--db --plugins --questions --as --seed --help' ;;
        sim) options='--db --plugins --questions --quiet --help' ;;
        board) options='--db --room --period --kind --limit --json --help' ;;
        questions) options='check --json --help' ;;
        check-config | version) options='--json --help' ;;
        backup | restore) options='--db --force --help' ;;
        matrix) options='login logout --config --with --help' ;;
        doctor) options='--config --irc --db --plugins --questions --json --help' ;;
        *) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    case $word in
        -*) ;;
        *) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word") ;;
    esac
}
complete -o filenames -F _hotseat hotseat
