"""What users of the site can see, on real servers."""
