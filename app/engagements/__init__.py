"""Engagements: the work that is proposed, offered, agreed and begun, with its price.

The `rate_card` says what each kind costs, and `pricing` makes a quote of it for an application;
`rate_card_file` and `offer_checks` refuse data that contradict themselves. `states` are the staff's
words for how an engagement stands, and `typed_amount` reads an amount as they type one.
"""
