"""The lab of an account that is stored only as events, and can be seen as it was after each."""
