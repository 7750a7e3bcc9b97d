"""Watches for what no page may do, on any journey; reports at the journey's end."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError

STRUCTURE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
  const repeated = ids.filter((id, place) => ids.indexOf(id) !== place);
  const headings = document.querySelectorAll("h1").length;
  return [
    repeated.length && `repeats the ids ${repeated}`,
    headings !== 1 && `has ${headings} h1`,
    !document.title.trim() && "has no title",
    !document.documentElement.lang && "names no language",
  ].filter(Boolean).map(fault => `${location.pathname} ${fault}`);
}"""
CHECK_WHEN_READ = f"""addEventListener("DOMContentLoaded", () => {{
  if (location.protocol.startsWith("http")) ({STRUCTURE})().forEach(fault => console.error(fault));
}});"""
# The console's message for any 4xx or 5xx; the responses themselves say which.
FAILED_TO_LOAD = "Failed to load resource"
# htmx's events for a request that was abandoned because its page was left.
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")


class Watch:
    """Follows the pages of a browser context; ``faults`` are sentences on what went wrong.

    ``origins`` are those to which its pages may send requests; ``provoked`` is the 5xx status that
    a test provokes on purpose.
    """

    def __init__(self, *origins: str) -> None:
        self.origins = tuple(f"{origin}/" for origin in origins)
        self.provoked = 0
        self.faults: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(CHECK_WHEN_READ)
        context.on("console", self._hear)
        context.on("weberror", self._note_error)
        context.on("request", self._note_origin)
        context.on("response", self._note_status)

    def look_at(self, pages: list[Page]) -> None:
        """Check the pages as they are now, after all swaps."""
        for page in pages:
            if page.url.startswith(self.origins):
                self.faults += page.evaluate(STRUCTURE)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith((FAILED_TO_LOAD, *GIVEN_UP)):
            self.faults.append(f"console: {message.text}")

    def _note_error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _note_origin(self, request: Request) -> None:
        if not request.url.startswith(self.origins):
            self.faults.append(f"asked another origin: {request.url}")

    def _note_status(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        is_fault = response.status >= 500 or (response.status >= 400 and not is_page)
        if is_fault and response.status != self.provoked:
            self.faults.append(f"{response.status} for {response.url}")
