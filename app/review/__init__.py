"""Review: the page of one application, and what staff do about it: decide, write, release what was
held. They find it in the `queue`."""
