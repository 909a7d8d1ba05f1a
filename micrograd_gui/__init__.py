"""micrograd-gui: a visual debugger for backpropagation."""
