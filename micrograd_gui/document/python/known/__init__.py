"""What a cell may ask for that it has not defined: functions, methods, libraries, imports."""
