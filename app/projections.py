"""Every table that is derived from the log, each after those it builds on."""

from app.applications.fold import APPLICATIONS
from app.engagements.fold import ENGAGEMENTS
from app.events.projections.folded_projection import FoldedProjection
from app.events.projections.projection import Projection
from app.payments.projection import MoneyProjection
from app.review.queue.projection import QueueProjection
from app.scoring.fold import SCORES

PROJECTIONS: tuple[Projection, ...] = (
    FoldedProjection(APPLICATIONS),
    FoldedProjection(SCORES),
    FoldedProjection(ENGAGEMENTS),
    MoneyProjection(),
    QueueProjection(),
)
