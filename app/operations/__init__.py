"""Operations: where the people who look after the site watch the flow of events, pause it, and
replay what failed (`replay`). What machines ask about it is in app/monitoring.

`picture` is the flow as it is now, `trouble` how much needs attention, `failures` the deliveries
that failed, `log` everything that was recorded, `story` one event of it, with the application that
it is about (`subjects`), and `catalog_views` what each type of event means.
"""
