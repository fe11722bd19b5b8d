"""The chapter on bias and variance: what a penalty costs and buys, and which one wins where."""
