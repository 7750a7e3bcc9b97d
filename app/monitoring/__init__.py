"""Monitoring: what machines ask of the site. Is the process alive, can it serve (`readiness`), and
where do events pile up (`metrics`)? What people look at and do is in app/operations."""
