"""Monitoring: what machines ask of the site. Is the process alive, can it serve, and where do
events pile up? What people look at and do is in `operations`."""
