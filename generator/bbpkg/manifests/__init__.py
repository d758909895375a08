"""Rendered objects as frozen data: what they are, which template made them, which images they run. Pure."""
