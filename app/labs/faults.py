"""The faults that a visitor can give a sandbox, by the names under which it keeps them."""

# The broker hands each task over a second time: the runner sees to it.
REPEATED = "repeated"
