"""What an operator does to the flow: `flask events …`"""

from flask.cli import AppGroup

events = AppGroup("events", help="Look after the event log and its subscribers.")
