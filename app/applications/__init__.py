"""Applications: the questions, the form, the draft, and what a prospect sent."""
