"""What the site costs, measured against what it can't cost less than."""
