"""What happens in the shop."""

from app.events.types import Event, event


@event("retail.order_placed", version=1, stream="order", is_exhibit=True)
class OrderPlaced(Event, frozen=True):
    """A customer has placed an order."""

    article: str
    quantity: int


@event("retail.stock_reserved", version=1, stream="order", is_exhibit=True)
class StockReserved(Event, frozen=True):
    """The inventory has set the goods of an order aside."""

    article: str
    quantity: int
