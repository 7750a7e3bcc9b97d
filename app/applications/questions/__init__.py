"""The questions as data: what is asked and when, and whether an owner's file holds together."""
