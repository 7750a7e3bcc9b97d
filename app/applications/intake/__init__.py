"""Applications from another site's form, as commands from a Kafka topic.

`address` reads EVENT_INTAKE, `consumer` follows the topic, `submit_command` checks and records one
command, `dead_letters` takes those that are refused, and `standing` says how far all of it is.
"""
