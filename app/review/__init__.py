"""Review: the staff's queue, the page of one application, and the decision about it."""
