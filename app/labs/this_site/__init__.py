"""The public exhibit of the site's own pipeline: what passes through, and none of its content."""
