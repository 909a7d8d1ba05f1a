"""What can be done: the table of actions, the menus made from it, and what the actions do."""
