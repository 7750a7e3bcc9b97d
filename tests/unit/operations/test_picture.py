"""The drawing of the flow is complete, and nothing in it overlaps."""

from itertools import pairwise

from sqlalchemy.orm import Session

from app.applications.events import MoreProvided, MoreRequested
from app.events.delivery.figures import FlowFigures, SubscriberFigures
from app.events.subscription import Subscriptions
from app.events.types import RecordedEvent
from app.operations.picture import ROW, draw_flow


def answer(session: Session, recorded: RecordedEvent) -> None: ...
def remind(session: Session, recorded: RecordedEvent) -> None: ...
def forward(session: Session, recorded: RecordedEvent) -> None: ...


answer.__module__ = remind.__module__ = "app.mail.subscribers"
forward.__module__ = "app.bridge.subscribers"
TABLE = Subscriptions({MoreProvided: (answer, forward), MoreRequested: (answer, remind)})


def flow_of(*rows: SubscriberFigures) -> FlowFigures:
    return FlowFigures(
        last_position=9, unrelayed=0, unrelayed_oldest_seconds=0.0, subscribers=list(rows)
    )


ALL = flow_of(*(SubscriberFigures(name) for name in TABLE.names()))


def test_a_line_leads_from_each_event_type_to_each_of_its_subscribers() -> None:
    picture = draw_flow(ALL, TABLE, {}, set())
    assert len(picture.edges) == len(TABLE.pairs)
    assert [domain.name for domain in picture.domains] == ["mail", "bridge"]
    given = {node.short_name: list(node.types) for node in picture.subscribers}
    assert given["answer"] == ["application.more_provided", "application.more_requested"]


def test_a_line_is_busy_where_an_event_has_just_passed_and_nowhere_else() -> None:
    picture = draw_flow(ALL, TABLE, {}, {("application.more_requested", "mail.answer")})
    assert [edge.is_busy for edge in picture.edges].count(True) == 1


def test_no_two_names_are_drawn_in_the_same_place() -> None:
    picture = draw_flow(ALL, TABLE, {}, set())
    places = [node.y for node in picture.subscribers]
    assert all(below - above >= ROW for above, below in pairwise(places))
    assert min(places) > 0 and max(places) + ROW // 2 <= picture.height
    types = [node.y for node in picture.types]
    assert types == sorted(set(types)) and types[0] > 0 and types[-1] < picture.height


def test_a_subscriber_no_longer_in_the_table_is_shown_with_its_waiting_deliveries() -> None:
    gone = SubscriberFigures("old.gone", waiting=3)
    picture = draw_flow(flow_of(*ALL.subscribers, gone), TABLE, {}, set())
    [node] = picture.domains[-1].subscribers
    assert (node.figures, list(node.types)) == (gone, [])


def test_a_subscribers_state_is_the_worst_that_applies() -> None:
    assert SubscriberFigures("a").state == "well"
    assert SubscriberFigures("a", waiting=1, behind=1, oldest_seconds=59).state == "well"
    assert SubscriberFigures("a", waiting=1, behind=1, oldest_seconds=61).state == "lagging"
    assert SubscriberFigures("a", waiting=1, retrying=1, oldest_seconds=61).state == "retrying"
    assert SubscriberFigures("a", retrying=1, is_paused=True).state == "paused"
    assert SubscriberFigures("a", dead=1, is_paused=True).state == "failing"
