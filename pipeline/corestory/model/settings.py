"""What training chooses beside the arrays."""

from dataclasses import dataclass

from corestory.model.scoring import Calibration


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen at training, beside the arrays.

    Attributes
    ----------
    cut
        Share of an article's expected word F1 at which its line between core and filler is drawn; chosen out of fold.
    clean_cut
        The same for articles that are clean (`corestory.model.decision.is_clean`).
    threshold
        The least score of core in every article, in place of the decision by article; None leaves that decision.
    text_slope, text_offset, html_slope, html_offset
        Platt scaling of the final log-odds, without and with markup.
    sure_expected, sure_measured
        Expected word F1 of out-of-fold articles, ascending, and what was then measured: what makes `confidence` honest.
    """

    cut: float = 0.5
    clean_cut: float = 0.5
    threshold: float | None = None
    text_slope: float = 1.0
    text_offset: float = 0.0
    html_slope: float = 1.0
    html_offset: float = 0.0
    sure_expected: tuple[float, ...] = (0.0, 1.0)
    sure_measured: tuple[float, ...] = (0.0, 1.0)

    def calibration(self, *, html: bool) -> Calibration:
        """Platt scaling with or without markup."""
        if html:
            return Calibration(self.html_slope, self.html_offset)
        return Calibration(self.text_slope, self.text_offset)
