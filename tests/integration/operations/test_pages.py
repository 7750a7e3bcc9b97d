"""The operator's pages: what they show of the flow, and what can be done from them."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.bridges.queries import BridgeFigures
from app.circuits.models import CircuitRecord
from app.events.canary import SUBSCRIBER as CANARY
from app.events.models import Delivery, PausedSubscriber, StoredEvent
from app.events.subscription import current_subscriptions
from app.platform.database import utc_now
from tests.integration.operations.conftest import Desk, Fail, Handle, Submit

TODAY = utc_now().date()
MARKUP = "<b>bold</b>{{7*7}}"


def event_of(session: Session, event_type: str) -> StoredEvent:
    session.commit()
    wanted = select(StoredEvent).filter_by(type=event_type).order_by(StoredEvent.position)
    return session.scalars(wanted).all()[-1]


def row_of(page: str, name: str) -> str:
    """The table row that a subscriber heads."""
    found = re.search(rf'<th scope="row">{name}<.*?</tr>', page, re.DOTALL)
    assert found, name
    return found[0]


def test_the_picture_also_describes_every_subscriber_in_words(
    desk: Desk, submit: Submit, handle_events: Handle, fail: Fail
) -> None:
    submit()
    handle_events()
    fail(2)
    for page in (desk.get("/staff/events/"), desk.get("/staff/events/picture")):
        for name in {*current_subscriptions().names()} - {CANARY}:
            assert f'id="pause-{name}"' in page
        assert CANARY not in page
        row = row_of(page, "scoring.score_fit")
        for part in ("Failing", ">1<", ">2<", "application.submitted"):
            assert part in row, part
        assert "2 dead · 1 a minute" in page


def test_a_subscriber_is_paused_and_resumed_and_the_page_says_by_whom(
    desk: Desk, other_desk: Desk, session: Session
) -> None:
    path = "/staff/events/subscribers/scoring.score_fit"
    for _ in range(2):
        there = "/staff/events/#subscriber-scoring.score_fit"
        assert desk.post(f"{path}/pause") == there
    assert session.scalars(select(PausedSubscriber.subscriber)).all() == ["scoring.score_fit"]
    row = row_of(other_desk.get("/staff/events/"), "scoring.score_fit")
    assert "Paused by <bdi>Ada Lovelace</bdi>, " in row and "Resume scoring.score_fit" in row
    assert 'id="subscriber-scoring.score_fit"' in other_desk.get(there)
    assert other_desk.post(f"{path}/resume") == there
    session.commit()
    assert session.scalars(select(PausedSubscriber.subscriber)).all() == []
    assert "Pause scoring.score_fit" in desk.get("/staff/events/")


def test_only_a_subscriber_that_exists_can_be_paused(desk: Desk) -> None:
    with pytest.raises(AssertionError, match="404"):
        desk.post("/staff/events/subscribers/no.such/pause")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"type": "application.scored"}, {"application.scored"}),
        ({"actor": "prospect"}, {"application.submitted"}),
        ({"actor": "system:", "type": "application.submitted"}, set()),
        ({"since": str(TODAY + timedelta(days=2))}, set()),
        ({"until": str(TODAY - timedelta(days=2))}, set()),
        ({"until": "9999-12-31"}, None),
        ({"before": "-1"}, set()),
        ({"before": "-99999999999999999999"}, set()),
        ({"before": "99999999999999999999"}, None),
        ({"search": "no-such-stream"}, set()),
    ],
)
def test_the_log_lists_only_what_the_filters_ask_for(
    desk: Desk,
    submit: Submit,
    handle_events: Handle,
    query: dict[str, str],
    shown: set[str] | None,
) -> None:
    submit()
    handle_events()
    everything = {"application.submitted", "application.scored", "engagement.proposed"}
    assert types_on(desk.get("/staff/events/log", query)) == (
        everything if shown is None else shown
    )


def types_on(page: str) -> set[str]:
    return set(re.findall(r'<th scope="row"><a [^>]*>([a-z_.]+)</a>', page))


def test_the_log_finds_an_application_by_reference_and_by_id(
    desk: Desk, submit: Submit, handle_events: Handle, session: Session
) -> None:
    mine, other = submit(), submit(company="Another")
    handle_events()
    event = event_of(session, "application.scored")
    stream = f"application-{other.id}"
    misread = mine.reference.replace("0", "O").replace("1", "l").replace("-", " ")
    for search in (
        mine.reference,
        mine.reference.lower(),
        misread,
        str(mine.id),
        f"application-{mine.id}",
    ):
        page = desk.get("/staff/events/log", {"search": search})
        assert "application.scored" in page and stream not in page
    found = types_on(desk.get("/staff/events/log", {"search": str(event.id)}))
    assert found == {"application.scored"}


def test_paging_through_the_log_misses_no_event(
    desk: Desk, submit: Submit, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.operations.log.PAGE_SIZE", 2)
    for _ in range(5):
        submit()
    seen: list[str] = []
    path = "/staff/events/log?type=application.submitted"
    while path:
        page = desk.get(path)
        seen += re.findall(r'data-label="Position">(\d+)<', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = older[1].replace("&amp;", "&") if older else ""
    stored = session.scalars(select(StoredEvent.position).order_by(StoredEvent.position.desc()))
    assert seen == [str(position) for position in stored]


def test_the_log_stops_searching_for_a_rare_event_and_says_so(
    desk: Desk, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.operations.log.LOOK_BACK", 1)
    submit()
    submit()
    page = desk.get("/staff/events/log", {"type": "application.scored"})
    assert "Nothing further back matches so far" in page and "Look further back" in page


def test_an_event_is_shown_with_its_cause_its_effects_and_every_delivery(
    desk: Desk, submit: Submit, handle_events: Handle, session: Session
) -> None:
    application = submit(problem=f"stuck {MARKUP}")
    handle_events()
    submitted = event_of(session, "application.submitted")
    scored = event_of(session, "application.scored")
    page = desk.get(f"/staff/events/{submitted.id}")
    assert f'href="/staff/events/{scored.id}"' in page
    assert submitted.hash.hex() in page and "It is what was recorded" in page
    for subscriber in current_subscriptions().subscribers_of("application.submitted"):
        assert subscriber in page
    open_part, _, personal = page.partition("<details")
    assert application.email not in open_part and application.email in personal
    assert "<b>bold" not in page
    assert f'href="/staff/events/{submitted.id}"' in desk.get(f"/staff/events/{scored.id}")


def test_erased_data_is_shown_as_erased(
    desk: Desk, submit: Submit, handle_events: Handle, session: Session
) -> None:
    application = submit()
    handle_events()
    email = application.email
    erase_person(session, application.id, actor="operator:test")
    session.commit()
    page = desk.get(f"/staff/events/{event_of(session, 'application.submitted').id}")
    assert "Erased" in page and "can no longer be read" in page
    assert email not in page and "It is what was recorded" in page


def test_an_altered_event_is_flagged(
    desk: Desk, submit: Submit, session: Session, tamper: Callable[[str], None]
) -> None:
    submit()
    event = event_of(session, "application.submitted")
    tamper("UPDATE events SET stream = 'application-' || gen_random_uuid()")
    assert "It was altered" in desk.get(f"/staff/events/{event.id}")


def test_a_dead_letter_is_not_called_untried_once_its_tries_are_deleted(
    desk: Desk, fail: Fail, session: Session
) -> None:
    fail()
    session.execute(text("DELETE FROM delivery_tries"))
    page = desk.get(f"/staff/events/{event_of(session, 'application.submitted').id}")
    assert "Its tries are no longer kept" in page and "No try has ended yet" not in page


def test_an_event_that_does_not_exist_is_not_found(desk: Desk) -> None:
    for path in ("/staff/events/", "/staff/events/replays/"):
        desk.get(f"{path}{uuid.uuid4()}", status=404)


def test_a_replay_is_started_and_then_followed_letter_by_letter(
    desk: Desk,
    other_desk: Desk,
    fail: Fail,
    session: Session,
    handle_replays: Callable[[], None],
) -> None:
    [first, second] = fail(2)
    address = desk.post("/staff/events/replays", ticked=[first, second])
    desk.post(f"{address}/start")
    assert "had already begun" in other_desk.get(other_desk.post(f"{address}/start"))
    assert "0 of 2 are through" in desk.get(address)
    part = desk.get(f"{address}/progress")
    assert "hx-get" in part and "role=" not in part
    assert all(' id="' in tag for tag in re.findall(r"<(?:a|button)\b[^>]*>", part))
    handle_replays()
    page = desk.get(f"{address}/progress")
    assert "2 of 2 are through" in page and "Finished" in page and "hx-get" not in page
    assert "nothing left to cancel" in desk.get(desk.post(f"{address}/cancel"))
    assert address in desk.get("/staff/events/")


def test_outside_services_are_shown_only_while_one_is_in_trouble(
    desk: Desk, session: Session
) -> None:
    session.add(CircuitRecord(name="mended", last_error="TimeoutError"))
    session.commit()
    assert "Outside services" not in desk.get("/staff/events/")
    session.add(
        CircuitRecord(
            name="broken",
            state="open",
            failures=7,
            opened_at=utc_now(),
            next_probe_at=utc_now(),
            last_error="ConnectionRefusedError",
        )
    )
    session.commit()
    page = desk.get("/staff/events/")
    for part in ("Outside services", "broken", "Left alone", "Connection", "mended", "Answers"):
        assert part in page, part


def test_a_delivery_that_will_be_retried_is_shown_with_its_error(
    desk: Desk, submit: Submit, handle_events: Handle, session: Session
) -> None:
    submit()
    handle_events()
    session.execute(
        text(
            "UPDATE deliveries SET status = 'waiting', done_at = NULL, last_error = :error"
            " WHERE subscriber = 'scoring.score_fit'"
        ),
        {"error": f"ValueError: {MARKUP} (scoring/score.py:7)"},
    )
    session.commit()
    assert session.scalars(select(Delivery.id).filter_by(status="waiting")).one()
    page = desk.get("/staff/events/")
    assert "Failed, will be tried again" in page and "&lt;b&gt;bold" in page
    page = desk.get(f"/staff/events/{event_of(session, 'application.submitted').id}")
    assert "Will be tried again" in page and "badge--open" not in page


def test_a_bridge_is_shown_with_its_position_in_the_log(
    desk: Desk, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Bridges" not in desk.get("/staff/events/")
    figures = BridgeFigures("kafka", position=7, lag=3, failures=4, last_error="TimedOut")
    monkeypatch.setattr("app.operations.views.bridge_figures", lambda _: [figures])
    page = desk.get("/staff/events/")
    for part in ("Bridges", "kafka", "Failing", "TimedOut", ">7<", ">3<"):
        assert part in page, part
