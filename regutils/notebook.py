"""What the chapters' notebooks need beside experiments, figures and claims."""


def numbers(**measured: float | str) -> None:
    """Keep measured numbers for the sentences of the page: {glue:text}`name:.2f` in the prose shows what `name` was.

    Whole numbers and text are kept as they are, everything else as a float. Needs myst-nb, which builds the book.
    """
    from myst_nb import glue

    for name, value in measured.items():
        glue(name, value if isinstance(value, str | int) else float(value), display=False)
