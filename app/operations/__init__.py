"""Operations: the flow of events as the people who look after the site see it, pause it, and replay
what failed (`replay`). What machines ask about it is in `monitoring`.

`picture` is the flow as it is now and `trouble` what of it needs somebody; `log` is all that was
recorded, and `story` one event of it.
"""
