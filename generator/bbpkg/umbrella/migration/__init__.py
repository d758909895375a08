"""Umbrella values of one form become those of another: what is decided is edited in place, what is not is said."""
