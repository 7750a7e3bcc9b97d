"""Content: the pages that anybody may read. The home page, the articles, the engagements."""
