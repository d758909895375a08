"""The outside world: processes and the file system; handed to the use cases by `bbpkg.cli`."""
