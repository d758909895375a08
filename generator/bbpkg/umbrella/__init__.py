"""What Big Bang's umbrella chart does with values, for 3.x and 4.x."""
