"""The public exhibit of the site's own pipeline: what passes through it, without any content."""
