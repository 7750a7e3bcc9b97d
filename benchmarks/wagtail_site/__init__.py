"""The same application as a Wagtail form page: a site with one page, as in Wagtail's tutorial."""
