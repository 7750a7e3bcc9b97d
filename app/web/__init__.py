"""The web layer: what every request goes through, and what every page and form is made of.

A request passes `request_trace`, `security`, `maintenance` and `compression`, and may end in one of
the `errors`. Templates rely on `rendering`: on `assets`, the `clock` of the page, and `kept_parts`.
`deadline` puts a promised time into words, and `htmx` asks for a part of a page.

A `site_form`, or a `filter_form` for a list, is made of `fields`, whose texts `text_checks` accept.
"""
