"""Languages: which one a request is in (`choice`), with the site's texts (`catalogs`) and the
firm's data (`prose`) in it.

The code and content/ are written in English. Another language is one catalog in app/translations,
for the site's own sentences, and one in content/translations, for the firm's.
"""
