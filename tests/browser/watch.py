"""Hears what a browser complains of: messages, failed requests, requests to other hosts."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response


def complaints(context: BrowserContext, home: str) -> list[str]:
    """Return a list that grows with everything that goes wrong in a context's tabs."""
    heard: list[str] = []

    def message(said: ConsoleMessage) -> None:
        # The browser reports the status of a page of refusal as if it were a missing part.
        if said.page is None or said.location["url"] != said.page.url:
            heard.append(f"{said.type}: {said.text}")

    def request(sent: Request) -> None:
        if not sent.url.startswith((f"{home}/", "data:")):
            heard.append(f"left the registry: {sent.url}")

    def response(answer: Response) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            heard.append(f"{answer.status}: {answer.url}")

    context.on("console", message)
    context.on("weberror", lambda error: heard.append(str(error.error)))
    context.on("request", request)
    context.on("requestfailed", lambda sent: heard.extend(_failed(sent)))
    context.on("response", response)
    return heard


def _failed(sent: Request) -> list[str]:
    # Whoever goes on before all of a page is there gives up what is still on its way.
    return [] if sent.failure == "net::ERR_ABORTED" else [f"failed: {sent.url} {sent.failure}"]
