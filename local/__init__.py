"""Everything that stands in for real servers on one machine. Nothing in `app` imports it."""
