"""The bug lab: a run with a classic mistake beside the right one."""
