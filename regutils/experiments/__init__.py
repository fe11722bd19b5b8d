"""One module a chapter: experiments take data and seeds, return small frozen results, and never plot.

The functions registered with `regutils.claims.evidence` decide the chapter's claims.
"""
