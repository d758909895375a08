"""Judges a rendered tree before it replaces the old one: what is wrong here is a bug of the package or of bbpkg."""
