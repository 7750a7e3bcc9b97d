"""Applications from another site's form, as commands from a Kafka topic.

`address` reads EVENT_INTAKE, `commands` checks and records one command, `consumer` follows the
topic.
"""
