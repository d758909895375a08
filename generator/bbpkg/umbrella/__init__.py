"""What Big Bang's umbrella does with its values: layers, packages, releases."""
