"""Content: the pages that anybody may read: the home page, the articles, the engagements, and the
firm's own pages.

`texts` turns Markdown into pages, and `library` reads and checks all of it at startup. `views`
shows them, and `drafts` signs the links to drafts. `picture_views` and `syndication_views` serve
other sites and search engines, with `drawing`, `paths`, `addresses` and `linked_data`. `kept`
caches the responses of pages that are the same for everybody, and `shortcut` answers from that
cache before Flask.
"""
