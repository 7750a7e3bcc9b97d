"""The live picture of the flow: event types on the left, subscribers on the right, by domain."""

from collections.abc import Mapping, Sequence, Set

import msgspec

from app.events.delivery.figures import FlowFigures, SubscriberFigures
from app.events.delivery.pausing import Pause
from app.events.subscription import Subscriptions

ROW, HEAD = 36, 30
LEFT_EDGE, RIGHT_EDGE = 268, 560


class TypeNode(msgspec.Struct, frozen=True):
    """An event type; ``y`` is the middle of its line in the drawing."""

    name: str
    y: int


class Edge(msgspec.Struct, frozen=True):
    """The line from a type to a subscriber, as an SVG path; ``state`` is the subscriber's."""

    path: str
    state: str
    is_busy: bool


class SubscriberNode(msgspec.Struct, frozen=True):
    """A subscriber with its figures, and its place in the drawing."""

    figures: SubscriberFigures
    pause: Pause | None
    types: Sequence[str]
    y: int

    @property
    def short_name(self) -> str:
        return self.figures.name.partition(".")[2]


class DomainNode(msgspec.Struct, frozen=True):
    name: str
    y: int
    subscribers: Sequence[SubscriberNode]


class Picture(msgspec.Struct, frozen=True):
    """The drawing's parts, in units of its own; it is ``height`` units high."""

    height: int
    types: Sequence[TypeNode]
    domains: Sequence[DomainNode]
    edges: Sequence[Edge]

    @property
    def subscribers(self) -> list[SubscriberNode]:
        return [node for domain in self.domains for node in domain.subscribers]


def draw_flow(
    flow: FlowFigures,
    subscriptions: Subscriptions,
    pauses: Mapping[str, Pause],
    busy: Set[tuple[str, str]],
) -> Picture:
    """The picture, in the order of the table of subscriptions. ``busy`` holds the pairs of type and
    subscriber between which events passed lately."""
    figures = {row.name: row for row in flow.subscribers}
    # The canary has neither figures nor a place in the picture.
    pairs = [(event_type, name) for event_type, name in subscriptions.pairs if name in figures]
    types_of: dict[str, list[str]] = {}
    for event_type, subscriber in pairs:
        types_of.setdefault(subscriber, []).append(event_type)
    # A subscriber that the table no longer has may still have deliveries.
    names = [*types_of, *(name for name in figures if name not in types_of)]
    by_domain: dict[str, list[str]] = {}
    for name in names:
        by_domain.setdefault(name.partition(".")[0], []).append(name)

    y, domains = 0, []
    for domain, members in by_domain.items():
        head = y + HEAD // 2
        nodes = []
        for place, name in enumerate(members):
            middle = y + HEAD + ROW * place + ROW // 2
            subscribed = types_of.get(name, [])
            nodes.append(SubscriberNode(figures[name], pauses.get(name), subscribed, middle))
        domains.append(DomainNode(domain, head, nodes))
        y += HEAD + ROW * len(members)
    types = _place_types(list(dict.fromkeys(t for t, _ in pairs)), y)
    return Picture(y, types, domains, _edges(types, domains, busy))


def _place_types(names: Sequence[str], height: int) -> list[TypeNode]:
    """Spread evenly over the height."""
    step = height / max(1, len(names))
    return [TypeNode(name, round(step * (place + 0.5))) for place, name in enumerate(names)]


def _edges(
    types: Sequence[TypeNode], domains: Sequence[DomainNode], busy: Set[tuple[str, str]]
) -> list[Edge]:
    places = {node.name: node.y for node in types}
    bend = (LEFT_EDGE + RIGHT_EDGE) // 2
    return [
        Edge(
            f"M{LEFT_EDGE} {places[name]}C{bend} {places[name]}"
            f" {bend} {node.y} {RIGHT_EDGE} {node.y}",
            node.figures.state,
            (name, node.figures.name) in busy,
        )
        for domain in domains
        for node in domain.subscribers
        for name in node.types
    ]
