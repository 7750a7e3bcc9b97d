"""Text as a chat shows it: literally, whoever typed it.

Slack, Mattermost and Rocket.Chat each make links and mentions of other things. What all of them
leave alone is a character that means something and has an invisible one behind it.
"""

import html
import re

WORD_JOINER = "\N{WORD JOINER}"
# @all, #general, ~town-square, http://…, www.…, example.com, :bell:, [text](address)
MEANS_SOMETHING = re.compile(r"([@#~:./\]])(?=\S)")


def literal(text: str) -> str:
    """The text in one line, in which nothing is a link, a mention or a channel. Three characters
    are written as Slack wants them; words may still be shown bold or slanted."""
    line = " ".join(text.split())
    return html.escape(MEANS_SOMETHING.sub(rf"\1{WORD_JOINER}", line), quote=False)


def message_of(text: str, link: str) -> str:
    """What is posted: the text, and behind it an address of ours, of which a chat makes a link."""
    return f"{literal(text)}\n{html.escape(link, quote=False)}"
