"""What can be wrong in a text. `every` has all of it; each of the others looks at one thing."""
