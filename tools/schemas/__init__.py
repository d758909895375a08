"""Builds generator/bbpkg/schemas: `make schemas`."""
