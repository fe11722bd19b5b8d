"""What the site does beyond Jupyter Book: figures in both modes, execution never stale, a check of the pages."""
