"""Pages that are open in a browser, with their complaints and requests."""

from typing import Any

HOSTILE = (
    "</style></script><script>document.title='taken'</script><img src=https://x.example/ onerror=alert(1)> \"'&amp;"
)


class Visit:
    """An open page: what it wrote to the console, its errors and dialogs, and the addresses that it asked for."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._handlers = {
            "console": lambda message: self.complaints.append(f"{message.type}: {message.text}"),
            "pageerror": lambda error: self.complaints.append(str(error)),
            "request": lambda request: self.requests.append(request.url),
            "dialog": lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()),
        }
        for event, handler in self._handlers.items():
            page.on(event, handler)
        page.goto(address)

    def end(self) -> None:
        """Leave the tab to the next visit as it was."""
        for event, handler in self._handlers.items():
            self.page.remove_listener(event, handler)
        self.page.emulate_media(media="null")
        self.page.mouse.move(0, 0)
