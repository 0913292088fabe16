"""Groups of commands of the command line, each in a module of its own; ``scripts.cli`` puts them together."""
