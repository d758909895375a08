"""Completes .tools/bin from pins; the standard library only, for it runs before anything is installed."""
