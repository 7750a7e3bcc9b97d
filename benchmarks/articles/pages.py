"""CQRS: the pages that Postgres reads for the 25 newest and the 25 largest open orders."""

import json
from collections.abc import Iterator

import psycopg

from local.postgres import Postgres

ORDERS = 200_000
TABLES = """
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer bigint NOT NULL, status text NOT NULL,
    placed_at timestamptz NOT NULL
);
CREATE TABLE lines (
    id bigint PRIMARY KEY, order_id bigint NOT NULL, sku text NOT NULL,
    quantity integer NOT NULL, cents bigint NOT NULL
);
INSERT INTO orders
SELECT n, n % 9973, CASE WHEN n % 50 = 0 THEN 'open' ELSE 'shipped' END,
    timestamptz '2026-01-01' + n * interval '1 minute'
FROM generate_series(1, {orders}) n;
INSERT INTO lines
SELECT 3 * n + line, n, 'sku-' || (7 * n + line) % 1000, 1 + line,
    500 + abs(hashint4(3 * n + line)) % 5000
FROM generate_series(1, {orders}) n, generate_series(0, 2) line;
CREATE INDEX lines_order ON lines (order_id);
"""
# An order's sum is in other rows. As a column of a view it is computed after the LIMIT.
VIEW = """
CREATE VIEW open_orders AS
SELECT id, placed_at, (SELECT sum(quantity * cents) FROM lines WHERE order_id = orders.id) AS total
FROM orders WHERE status = 'open'
"""
NEWEST = """
SELECT id, placed_at, (SELECT sum(quantity * cents) FROM lines WHERE order_id = orders.id)
FROM orders WHERE status = 'open' ORDER BY placed_at DESC LIMIT 25
"""
NEWEST_OF_VIEW = "SELECT * FROM open_orders ORDER BY placed_at DESC LIMIT 25"
LARGEST = """
SELECT orders.id, placed_at, sum(quantity * cents) FROM orders JOIN lines ON order_id = orders.id
WHERE status = 'open' GROUP BY orders.id ORDER BY 3 DESC LIMIT 25
"""
PARTIAL_INDEX = "CREATE INDEX orders_open ON orders (placed_at) WHERE status = 'open'"
COLUMN = """
ALTER TABLE orders ADD total bigint NOT NULL DEFAULT 0;
UPDATE orders SET total =
    (SELECT sum(quantity * cents) FROM lines WHERE order_id = orders.id);
CREATE INDEX orders_open_total ON orders (total DESC) WHERE status = 'open'
"""
READ_MODEL = """
CREATE TABLE open_order_rows AS
SELECT id, placed_at, total FROM orders WHERE status = 'open' ORDER BY id;
CREATE INDEX ON open_order_rows (total DESC)
"""
MATERIALIZED = """
CREATE MATERIALIZED VIEW open_order_totals AS
SELECT id, placed_at, total FROM orders WHERE status = 'open'
"""
LARGEST_OF = "SELECT id, placed_at, total FROM {} ORDER BY total DESC LIMIT 25"


def pages_read(postgres: Postgres, orders: int = ORDERS) -> dict[str, int]:
    """The number of 8 KB pages read, from memory or disk, by query and optimisation."""
    with psycopg.connect(postgres.create_database("pages"), autocommit=True) as connection:
        # Parallel workers may read the same pages, which would be counted for each.
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.execute(TABLES.format(orders=orders))
        return dict(_questions(connection))


def _questions(connection: psycopg.Connection) -> Iterator[tuple[str, int]]:
    yield "newest 25, keys only", _pages(connection, NEWEST)
    yield "largest 25, keys only", _pages(connection, LARGEST)
    connection.execute(PARTIAL_INDEX)
    yield "newest 25, a partial index", _pages(connection, NEWEST)
    connection.execute(VIEW)
    yield "newest 25, through a view", _pages(connection, NEWEST_OF_VIEW)
    yield "largest 25, a partial index", _pages(connection, LARGEST)
    connection.execute(COLUMN)
    largest = LARGEST_OF.format("orders WHERE status = 'open'")
    yield "largest 25, a column and an index", _pages(connection, largest)
    connection.execute(READ_MODEL)
    yield "largest 25, a read model", _pages(connection, LARGEST_OF.format("open_order_rows"))
    connection.execute(MATERIALIZED)
    yield (
        "largest 25, a materialized view",
        _pages(connection, LARGEST_OF.format("open_order_totals")),
    )


def _pages(connection: psycopg.Connection, query: str) -> int:
    """The pages read by the second run, since the first one also sets hint bits and fills
    caches."""
    connection.execute("VACUUM ANALYZE")
    for _ in range(2):
        row = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}").fetchone()
    assert row is not None
    (told,) = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return int(told["Plan"]["Shared Hit Blocks"] + told["Plan"]["Shared Read Blocks"])
