"""The chat's side: an incoming webhook, as Slack, Mattermost and Rocket.Chat have them.

Its address is a secret, since anybody who knows it can write in the channel: it appears in no log,
page or error.
"""

from collections.abc import Callable

import msgspec

from app.platform.http_client.sender import Answer, Request, Sender

POST_SECONDS = 10.0
TOO_SLOW = 408
TOO_MANY = 429
HEADERS = {"content-type": "application/json", "user-agent": "engagement-portal"}

Post = Callable[[str], None]


class NotTaken(Exception):
    """The chat did not take a message. The text is the kind of failure or the status, without the
    rest of the chat's answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error or f"HTTP {answer.status}")
        self.status = answer.status
        self.retry_after = answer.retry_after

    @property
    def is_outage(self) -> bool:
        """Whether the chat is in trouble: not reached, too slow, or failing (5xx)."""
        return self.status is None or self.status >= 500

    @property
    def asks_to_wait(self) -> bool:
        """Whether the chat got too many messages, and wants none at all for a while."""
        return self.status == TOO_MANY

    @property
    def is_refusal(self) -> bool:
        """Whether no later try can succeed: the chat is up, and does not want the message."""
        return not self.is_outage and self.status not in {TOO_SLOW, TOO_MANY}


def post_to(url: str) -> Post:
    """A function that posts a text to the incoming webhook at ``url``, which may be in the firm's
    own network.

    It raises NotTaken for any answer but 2xx. Redirects are not followed, and the certificate has
    to be valid.
    """
    sender = Sender(allow_private=True, total_seconds=POST_SECONDS)

    def post(text: str) -> None:
        body = msgspec.json.encode({"text": text})
        answer = sender.post(Request(url=url, headers=HEADERS, body=body))
        if not answer.is_delivered:
            raise NotTaken(answer)

    return post


def is_outage(error: Exception) -> bool:
    """Whether the failure is one that the chat's circuit counts."""
    return not isinstance(error, NotTaken) or error.is_outage
