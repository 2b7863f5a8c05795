"""The option ``--threshold``, the same for every command that has it."""

import typer


def check_threshold(threshold: float | None) -> None:
    """Refuse what is no probability; Typer's own limits let nan through in some versions.

    Examples
    --------
    >>> check_threshold(0.5)
    >>> try:
    ...     check_threshold(float("nan"))
    ... except typer.BadParameter as error:
    ...     print(error)
    nan is not a number from 0 to 1
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise typer.BadParameter(f"{threshold:g} is not a number from 0 to 1", param_hint="--threshold")
