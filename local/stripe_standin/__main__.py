"""Starts the stand-in on the loopback address; SIGINT or SIGTERM ends it."""

import argparse
import logging
import signal

from local.stripe_standin.app import create_standin
from local.stripe_standin.serving import standin_server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.stripe_standin", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--webhook-url", required=True, help="where each event is sent")
    parser.add_argument("--webhook-secret", required=True, help="signs each event: whsec_…")
    parser.add_argument("--secret-key", default="sk_test_standin", help="the one key it accepts")
    options = parser.parse_args()

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    app = create_standin(
        secret_key=options.secret_key,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = standin_server(app, options.port)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
