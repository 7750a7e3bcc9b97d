"""Applications: the `questions`, the form being filled in (`drafts`), and what was sent.

`submission` turns a `finished_draft` into an application, or `refusal` says why it can't; `intake`
takes applications from another site's form. `fold` computes an application's state from its events,
`service` holds the commands on it, `promise` says when an answer is due, and `erasure` removes the
person from it.

People quote an application by its `reference`. The prospect opens it with a `page_link`; how often
that is mailed again is limited by `link_limit`. `similar` finds related applications for the staff.
"""
