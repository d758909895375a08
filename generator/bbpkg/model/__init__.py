"""The package as frozen data: complete, defaulted, checked. No module here reads a file or knows an output format."""
