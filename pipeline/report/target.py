"""Where the bytes of an output go."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import OutputError


class Target:
    """A file of our own, which is closed at the end, or somebody's stream, which is only flushed.

    Parameters
    ----------
    target
        A path, which is made anew, or a binary stream.

    Raises
    ------
    OutputError
        If the file cannot be made.

    Examples
    --------
    >>> import io
    >>> stream = io.BytesIO()
    >>> target = Target(stream)
    >>> target.write(b"row")
    >>> target.close()
    >>> stream.getvalue()
    b'row'
    """

    def __init__(self, target: Path | BinaryIO) -> None:
        self.name = str(target) if isinstance(target, Path) else ""
        self.own = isinstance(target, Path)
        with self.said():
            self.stream: BinaryIO = target.open("wb") if isinstance(target, Path) else target

    def write(self, data: bytes) -> None:
        """Write all of it; `OutputError` if the system cannot, `BrokenPipeError` if nobody reads on."""
        with self.said():
            self.stream.write(data)

    def close(self) -> None:
        """Close the file, or flush the stream."""
        with self.said():
            if self.own:
                self.stream.close()
            else:
                self.stream.flush()

    @contextmanager
    def said(self) -> Iterator[None]:
        """Turn what the system says of this output into `OutputError`, inside a ``with``.

        Whoever reads a pipe may stop reading: that is no fault of the output, so a ``BrokenPipeError`` remains, for the
        command line to take quietly.
        """
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(f"cannot be written: {reason}", where=self.name or "output") from error
