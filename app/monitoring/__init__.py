"""Monitoring: what machines ask of the site: does a process live, can it serve, and where do events
pile up. What people look at and do about it is in `operations`."""
