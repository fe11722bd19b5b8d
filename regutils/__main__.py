"""`python -m regutils` is the `regutils` command."""

from regutils.cli import main

raise SystemExit(main())
