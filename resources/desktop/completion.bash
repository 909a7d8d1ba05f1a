# bash completion for micrograd-gui
_micrograd_gui() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    local command="" choices="" options="" names="@names@" IFS=$' \n'
    case "${COMP_WORDS[1]}" in
        @either@) ((COMP_CWORD > 1)) && command="${COMP_WORDS[1]}" ;;
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
    ((COMP_CWORD == 1)) && names+=" @commands@"
    COMPREPLY=($(compgen -W "$names" -- "$word"))
    IFS=$'\n'
    COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _micrograd_gui micrograd-gui
