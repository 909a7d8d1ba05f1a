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
