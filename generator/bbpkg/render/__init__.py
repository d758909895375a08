"""From planned files to text, with Jinja. Pure: templates come in as text, files go out as text."""
