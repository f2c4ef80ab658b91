"""What `crosscap` does on the command line, a module a command: `add_arguments(parser)` and `run(arguments)`.

A module imports the library inside `run`, so that `crosscap --help` needs neither torch nor mlflow.
"""
