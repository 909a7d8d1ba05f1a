"""Drawing a graph whatever it is like: a layout of bounded cost."""
