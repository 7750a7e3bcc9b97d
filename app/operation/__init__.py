"""For the operator: does a process live, can it serve, and where do events pile up."""
