"""The headers that every answer carries, and the requests that are refused."""

from flask.testing import FlaskClient


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/", "/apply/you", "/staff/login", "/no/such/page", "/healthz"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
        assert "'unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Request-ID"]


def test_no_page_can_be_read_by_a_page_of_another_site(client: FlaskClient) -> None:
    for path in ("/", "/apply/you", "/staff/login", "/no/such/page", "/healthz", "/labs/"):
        headers = client.get(path, headers={"Origin": "https://evil.example"}).headers
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_host_that_is_not_ours_is_refused(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_body_over_the_limit_is_refused_with_the_limit_named(client: FlaskClient) -> None:
    answer = client.post("/apply/you", data={"name": "x" * 300_000})
    assert answer.status_code == 413 and "256 KB" in answer.text
