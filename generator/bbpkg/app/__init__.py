"""What bbpkg can do, one module for each use case. Prints nothing, and touches the outside only through what it is given."""
