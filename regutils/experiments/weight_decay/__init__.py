"""The chapter on weight decay: L2 inside the gradient, decay beside it, and what each leads to."""
