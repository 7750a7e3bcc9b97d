"""Circuit breakers: a service outside the site that is in trouble is left alone for a while.

Use one around each call to such a service, with no transaction open:

    with circuit("stripe", is_failure=is_outage):
        answer = client.call()

An open circuit raises CircuitOpen before anything is called. `breaker` holds the rules, `guard`
keeps the state in the database, where all processes share it, and `names` has the services' names.
"""
