"""The articles' figures can be reproduced, and the code that they print does what they say."""

from benchmarks.articles.pages import pages_read
from benchmarks.articles.queues import pay_day
from benchmarks.articles.repeats import charges, ledger, reserve, size_of_marks
from benchmarks.articles.sequences import count_sequences
from benchmarks.articles.stock import sold
from local.postgres import Postgres

FEW = 20


def test_the_figures_in_the_articles_can_be_reproduced(postgres: Postgres) -> None:
    pages = pages_read(postgres, orders=200 * FEW)
    assert pages["largest 25, keys only"] > pages["largest 25, a column and an index"] > 0
    assert size_of_marks(postgres, rows=FEW) > 0
    assert set(sold(postgres, rounds=1)["one statement"]) == {3}
    assert pay_day(workers=2, runs=1, seconds=5).waiting > 0


def test_the_code_printed_in_the_articles_tolerates_repeats(postgres: Postgres) -> None:
    assert reserve(postgres, events=FEW) == (FEW, 0)
    assert charges(postgres, "stored_keys", fresh=False, payments=FEW) == FEW
    assert charges(postgres, "fresh_keys", fresh=True, payments=FEW) > FEW
    told = ledger(postgres, payments=FEW, times=2)
    assert told == {"postings": 3 * FEW, "all balances": 0, "card_clearing": 0}


def test_the_process_printed_in_an_article_handles_every_sequence() -> None:
    assert count_sequences() == 27_368
