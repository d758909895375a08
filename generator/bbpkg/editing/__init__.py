"""Edits YAML text in place: comments, order, quotes, indentation and every line that an edit does not concern stay as they are."""
