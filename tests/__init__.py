"""Tests of what the site's users can observe, on real servers."""
