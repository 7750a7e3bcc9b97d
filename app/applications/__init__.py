"""Applications: what is asked (`questions`), the form as it is filled in (`drafts`), what was sent.

The way of one: `submission` makes an application of a draft, or `refusal` says why not; `intake`
takes those that come from elsewhere; `fold` is what its events add up to, `service` what one can do
with it, `promise` when it is owed an answer, and `erasure` its end.

People quote it by its `reference`; its prospect opens it by a `page_link`, which is mailed again no
oftener than `link_limit` lets it. Staff are shown what is `similar`.
"""
