# The stack as it is on a laptop.
