"""From the model to planned files: which files there are, from which template, with which context. Pure."""
