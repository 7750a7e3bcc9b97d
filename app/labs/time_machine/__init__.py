"""The lab of an account that is nothing but its events, and can be seen as it was after each."""
