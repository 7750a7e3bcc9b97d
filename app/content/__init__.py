"""Content: the pages that anybody may read. The home page, the articles, the engagements, and the
pages of the firm.

What is written in Markdown is read in `texts`, all of it at once by `library`. `views` shows it,
and a draft to whoever has its link (`drafts`); `picture_views` and `syndication_views` are for
other sites and search engines, with `drawing`, `paths`, `addresses` and `linked_data`. A page that
is the same for everybody is `kept` as it was sent, and found by a `shortcut`.
"""
