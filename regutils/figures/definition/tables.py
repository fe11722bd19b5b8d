"""Tables that the chapter shows beside its figures."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regutils.experiments.definition.libraries import Agreement


@dataclass(frozen=True)
class Table:
    """A table in Markdown, which notebooks and the site show natively."""

    markdown: str

    def _repr_markdown_(self) -> str:
        return self.markdown


def strengths(result: "Agreement") -> Table:
    """One row a library: what it minimizes, what to type for our lambda, how far its coefficients are from ours."""
    lines = [
        f"| penalty | library | it minimizes | type, for λ = {result.lam:g} | difference"
        f" | had you typed {result.lam:g} |",
        "|:--|:--|:--|--:|--:|--:|",
    ]
    for row in result.rows:
        unchanged = "nothing to convert" if row.unconverted == row.difference else f"{row.unconverted:.2f}"
        lines.append(
            f"| {row.penalty} | {row.call} | ${row.objective}$ | {row.number:.4g} | {row.difference:.0e}"
            f" | {unchanged} |"
        )
    return Table("\n".join(lines))
