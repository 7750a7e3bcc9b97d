"""Engagements: the work that is proposed, offered, agreed and started, with its price.

The `rate_card` says what each kind costs; `pricing` turns it into a quote for an application.
`rate_card_file` and `offer_checks` refuse inconsistent data; `price_words` finds amounts in other
texts that the card does not have. `states` has the staff's words for an engagement's status, and
`typed_amount` parses an amount that they type.
"""
