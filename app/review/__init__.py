"""Review: the staff's queue, the page of one application, the decision, and the flow of events."""
