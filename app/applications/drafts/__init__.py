"""The form while it is filled in: its pages, what is kept at each step, and how a draft ends."""
