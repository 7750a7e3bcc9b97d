"""An order, from the click to the return: buyers racing for the last items."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from local.postgres import Postgres

ITEMS, BUYERS, AT_ONCE, ROUNDS = 3, 200, 16, 20
Buy = Callable[[psycopg.Connection], bool]
TAKE = "UPDATE stock SET available = available - 1 WHERE available >= 1 RETURNING available"


def buy_in_a_statement(connection: psycopg.Connection) -> bool:
    """Buy in one statement, as the article advises."""
    return connection.execute(TAKE).fetchone() is not None


def buy_after_a_look(connection: psycopg.Connection) -> bool:
    """Read the stock, check it in Python, and write it back."""
    with connection.transaction():
        row = connection.execute("SELECT available FROM stock").fetchone()
        if row is None or row[0] < 1:
            return False
        connection.execute("UPDATE stock SET available = %s", [row[0] - 1])
    return True


def sold(postgres: Postgres, rounds: int = ROUNDS) -> dict[str, list[int]]:
    """How many items each way sold in each round, the ways in turns."""
    url = postgres.create_database("stock")
    ways: dict[str, Buy] = {"one statement": buy_in_a_statement, "a look first": buy_after_a_look}
    counts: dict[str, list[int]] = {way: [] for way in ways}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE stock (available integer NOT NULL)")
        for _ in range(rounds):
            for way, buy in ways.items():
                connection.execute("DELETE FROM stock")
                connection.execute("INSERT INTO stock VALUES (%s)", [ITEMS])
                counts[way].append(_race(url, buy))
    return counts


def _race(url: str, buy: Buy) -> int:
    begin = threading.Barrier(AT_ONCE)

    def buy_in_turn(number: int) -> int:
        with psycopg.connect(url, autocommit=True) as connection:
            begin.wait()
            return sum(buy(connection) for _ in range(number, BUYERS, AT_ONCE))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sum(threads.map(buy_in_turn, range(AT_ONCE)))
