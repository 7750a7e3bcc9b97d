"""The same application as a Wagtail form page: a site as its tutorial has it, with one page."""
