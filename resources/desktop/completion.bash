# bash completion for micrograd-gui
_micrograd_gui() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    local command="" choices="" options="" names="@names@" IFS=$' \n' at=1
    [[ $word == = ]] && before== word=""
    [[ $before == = ]] && before="${COMP_WORDS[COMP_CWORD-1-(${#word} > 0)]}"
    while ((at < COMP_CWORD)); do  # what may come before a command
        case "${COMP_WORDS[at]}" in
            --debug) ((at++)) ;;
            --language) ((at += 2)); [[ ${COMP_WORDS[at-1]} == = ]] && ((at++)) ;;
            *) break ;;
        esac
    done
    case "${COMP_WORDS[at]}" in
        @either@) ((COMP_CWORD > at)) && command="${COMP_WORDS[at]}" ;;
    esac
    case "$command $before" in
@choices@
    esac
    if [[ -n $choices ]]; then
        COMPREPLY=($(compgen -W "$choices" -- "$word"))
        return
    fi
    case "$command" in
@options@
    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
        return
    fi
    ((COMP_CWORD == at)) && names+=" @commands@"
    COMPREPLY=($(compgen -W "$names" -- "$word"))
    IFS=$'\n'
    COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _micrograd_gui micrograd-gui
