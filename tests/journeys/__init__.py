"""What visitors do on a whole site, in a real browser."""
