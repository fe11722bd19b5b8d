"""Run an experiment once, whoever asks for it and however its defaults are written."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def once(experiment: F) -> F:
    """Remember results by the values of all arguments, so that f() and f(default) are the same call.

    functools.cache takes them for two, and figures and evidence would then compute everything twice.
    """
    signature = inspect.signature(experiment)
    remembered = cache(experiment)

    @wraps(experiment)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return remembered(*bound.args, **bound.kwargs)

    return call  # type: ignore[return-value]
