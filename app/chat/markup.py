"""Escaping text so that a chat shows it literally, whoever typed it.

Slack, Mattermost and Rocket.Chat each turn other things into links and mentions. All of them leave
a special character alone if an invisible one follows it.
"""

import html
import re

WORD_JOINER = "\N{WORD JOINER}"
# @all, #general, ~town-square, http://…, www.…, example.com, :bell:, [text](address)
MEANS_SOMETHING = re.compile(r"([@#~:./\]])(?=\S)")


def literal(text: str) -> str:
    """The text on one line, in which nothing is a link, a mention or a channel. ``&``, ``<`` and
    ``>`` are escaped, as Slack asks; words may still be shown bold or italic."""
    line = " ".join(text.split())
    return html.escape(MEANS_SOMETHING.sub(rf"\1{WORD_JOINER}", line), quote=False)


def message_of(text: str, link: str) -> str:
    """What is posted: the text, then an address of ours, which a chat turns into a link."""
    return f"{literal(text)}\n{html.escape(link, quote=False)}"
