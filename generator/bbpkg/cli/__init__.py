"""The command line: one file for each command; streams, exit codes and the one error boundary."""
