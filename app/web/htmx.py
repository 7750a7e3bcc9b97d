"""What htmx and the pages' views tell each other."""

from flask import Response, after_this_request, request

# Swap this in, and stop polling.
STOP_ASKING = 286


def wants_part() -> bool:
    """Whether htmx asks for a part of the page at this address. Tells caches that the two differ:
    on the way back, a browser would show the part alone as the page."""

    @after_this_request
    def depends_on_htmx(response: Response) -> Response:
        response.vary.add("HX-Request")
        return response

    return "HX-Request" in request.headers
