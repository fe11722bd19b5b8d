"""What the site does beyond Jupyter Book: figures in two modes, execution that is never stale, a check of the result."""
