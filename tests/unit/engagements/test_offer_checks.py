"""What a proposal states agrees with what its price lines charge, whatever was answered."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.applications.questions.answers import Answers
from app.engagements.offer_checks import check_price_lines
from app.engagements.pricing import proposal_at, quote_engagement
from app.engagements.rate_card import RateCard
from app.firm.offers import KINDS, Kind, Offers, load_offers
from app.platform.data_files import DataFileError

Change = Callable[[str, str, str], Path]
Drawn = st.SearchStrategy[Answers]
kinds = st.sampled_from(KINDS)


@given(kind=kinds, data=st.data())
def test_the_duration_stated_is_the_one_charged(
    kind: Kind, data: st.DataObject, any_answers: Drawn, rate_card: RateCard, offers: Offers
) -> None:
    quote = quote_engagement(kind, data.draw(any_answers), rate_card)
    price, labels = rate_card.price_of(kind), {line.label for line in quote.lines}
    charged = price.days + sum(one.days for one in price.modifiers if one.label in labels)
    told = {length.duration: length.days for length in offers.offer(kind).lengths}
    assert told.get(proposal_at(quote, offers).duration, 0) == charged


@given(kind=kinds, data=st.data())
def test_lines_that_rule_each_other_out_are_never_in_one_quote(
    kind: Kind, data: st.DataObject, any_answers: Drawn, rate_card: RateCard
) -> None:
    quote = quote_engagement(kind, data.draw(any_answers), rate_card)
    labels = {line.label for line in quote.lines}
    on_it = [one for one in rate_card.price_of(kind).modifiers if one.label in labels]
    assert [one.label for one in on_it if one.not_with in labels] == []
    assert len([one for one in on_it if one.days]) <= 1


@pytest.mark.parametrize(
    ("kind", "answers", "duration", "parts"),
    [
        ("sprint", {"services": "6_to_20"}, "Two weeks", ("Day 10",)),
        ("sprint", {"services": "21_to_100"}, "Two weeks and two days", ("Days 11 and 12",)),
        ("sprint", {"services": "over_100"}, "Three weeks", ("Days 11 to 15",)),
        ("build", {}, "Six weeks", ("Weeks 4 and 5", "Week 6")),
        ("build", {"outcome": "migration_in_production"}, "Ten weeks", ("Week 6", "Weeks 7 to 10")),
        (
            "build",
            {"outcome": "migration_in_production", "deadline": "within_1_month"},
            "Four weeks",
            ("Week 3", "Week 4"),
        ),
        ("fractional", {"outcome": "migration_in_production"}, "Month by month", ("Last month",)),
    ],
)
def test_a_proposals_deliverables_end_when_its_stated_duration_does(
    kind: Kind,
    answers: Answers,
    duration: str,
    parts: tuple[str, ...],
    rate_card: RateCard,
    offers: Offers,
) -> None:
    proposal = proposal_at(quote_engagement(kind, answers, rate_card), offers)
    assert proposal.duration == duration
    assert tuple(part.when for part in proposal.deliverables)[-len(parts) :] == parts


def test_with_a_deadline_within_a_month_no_whole_migration_is_charged(rate_card: RateCard) -> None:
    answers: Answers = {"outcome": "migration_in_production", "deadline": "within_1_month"}
    quote = quote_engagement("build", answers, rate_card)
    assert [line.label for line in quote.lines] == ["Build", "Deadline within a month"]
    assert quote.total_cents == 5_760_000


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'days = 50, only_with = "Whole migration"',
            'days = 50, only_with = "Half of it"',
            "The offer 'build' has a part only with 'Half of it', which is no line of its price.",
        ),
        (
            'when = "Week 2", only_with = "Deadline within a month"',
            'when = "Week 2", only_with = "Deadline in May"',
            "has a part only with 'Deadline in May', which is no line of its price.",
        ),
        (
            "days = 12",
            "days = 10",
            "The offer 'sprint' takes 12 days by its price with '21 to 100 services', and 10 by its"
            " lengths.",
        ),
        (
            '  { duration = "Three weeks", days = 15, only_with = "Over 100 services" },\n',
            "",
            "takes 15 days by its price with 'Over 100 services', and has no length for it.",
        ),
        (
            '  { duration = "Six weeks", days = 30 },\n',
            "",
            "takes 30 days by its price without a line that changes it, and has no length for it.",
        ),
    ],
)
def test_an_offer_that_contradicts_its_price_lines_is_refused(
    with_change: Change, rate_card: RateCard, old: str, new: str, sentence: str
) -> None:
    path = with_change("offers.toml", old, new)
    with pytest.raises(DataFileError) as caught:
        check_price_lines(path, load_offers(path), rate_card)
    assert sentence in str(caught.value)
