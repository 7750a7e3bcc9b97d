"""A tour of every page in each of its states, on a whole site of its own."""
