"""Every letter, each a function that reads like the letter: `to_prospect`, and `to_client` from the
offer on; `staff_news` tells staff what a prospect did, `staff_alerts` what others are waiting for,
and `staff_money` what has to go back, or is disputed. `decision` chooses the letter for a verdict,
`letter` has the parts of each, `links` the addresses in them, and `names` what staff call them.
"""
