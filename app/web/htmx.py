"""What a response's status means to htmx when it polls for a part of a page."""

# Swap this in, and stop polling.
STOP_ASKING = 286
