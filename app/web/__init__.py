"""The web layer: what every request goes through, and what every page and form is made of."""
