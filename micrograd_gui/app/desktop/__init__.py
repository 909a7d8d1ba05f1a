"""The desktop: how the program is known to menus, file managers, shells and the manual."""
