"""The agreement on one sheet, for the client's files: what was agreed, by whom, what was paid."""

import html
import json

from flask.testing import FlaskClient

from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.pricing import proposal_at
from app.firm.brand import current_brand
from app.firm.offers import current_offers
from tests.integration.portal.conftest import Send

NAME = "Marguerite Okonkwo"


def sheet_of(client: FlaskClient, path: str) -> str:
    answer = client.get(f"{path}/agreement")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    return html.unescape(answer.text)


def test_the_sheet_names_both_sides_the_price_and_each_term(
    client: FlaskClient, path: str, application: Application, engagement: Engagement, send: Send
) -> None:
    send("agreement", name=NAME)
    sheet, brand = sheet_of(client, path), current_brand()
    offer = proposal_at(engagement.priced, current_offers())
    words = [brand.legal_name, *brand.legal_address, application.company, NAME, "$12,500"]
    words += [application.reference, offer.summary, *offer.terms]
    words += [line.label for line in engagement.priced.lines]
    assert [word for word in words if word not in sheet] == []
    assert "Nothing yet. $6,250 is due." in sheet


def test_before_the_agreement_its_address_leads_to_the_proposal(
    client: FlaskClient, path: str, engagement: Engagement, send: Send
) -> None:
    assert send("agreement", name="").status_code == 422
    assert client.get(f"{path}/agreement").location == path


def test_the_sheet_and_the_trail_show_the_agreement_under_the_same_hash(
    client: FlaskClient, path: str, engagement: Engagement, send: Send
) -> None:
    send("agreement", name=NAME)
    trail = json.loads(client.get(f"{path}/trail.json").text)
    rows = [row for stream in trail["streams"] for row in stream["rows"]]
    (agreed,) = (row for row in rows if row["type"] == "engagement.accepted")
    assert agreed["hash"] in sheet_of(client, path)
