#compdef micrograd-gui

_micrograd_gui_files() {
  _alternative 'names:example:(@names@)' 'files:file:_files'
}

@functions@
_micrograd_gui() {
  local -a commands
  commands=(
@commands@
  )
  local -i far
  while (( CURRENT > 2 )); do  # what may come before a command
    case $words[2] in
      --debug|--language=*) far=1 ;;
      --language) far=2 ;;
      *) break ;;
    esac
    (( CURRENT - far < 2 )) && break
    words=($words[1] "${(@)words[far+2,-1]}")
    (( CURRENT -= far ))
  done
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    _micrograd_gui_window
    return
  fi
  case $words[2] in
    @either@)
      local command=$words[2]
      shift words
      (( CURRENT-- ))
      _micrograd_gui_$command
      ;;
    *) _micrograd_gui_window ;;
  esac
}

_micrograd_gui "$@"
