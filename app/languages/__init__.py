"""Languages: which one a request is in, the site's texts in it, and the firm's data in it.

English is what the code and content/ are written in. Another language is a catalog of each:
app/translations for the site's own sentences, content/translations for the firm's.
"""
