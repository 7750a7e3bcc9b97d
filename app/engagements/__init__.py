"""Engagements: the work that is proposed, offered, agreed and started, with its price.

The `rate_card` says what each kind costs; `pricing` turns it into a quote for an application.
`rate_card_file` and `offer_checks` refuse inconsistent data; `price_words` finds amounts in other
texts that the card does not have. For the staff's list there are `figures`, and in `states` the
words for an engagement's status; `typed_amount` parses an amount that they type.
"""
