"""Every letter, as functions that read like it: `to_prospect`, and `to_client` from the offer on;
`staff_news` of what a prospect has done, and `staff_alerts` of what keeps others waiting.
`decision` chooses the one that a verdict sends, `letter` is what each is made of, and `links` where
it leads to.
"""
