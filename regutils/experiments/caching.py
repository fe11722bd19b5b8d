"""Run an experiment once, whoever asks for it and however its defaults are written."""

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def once(experiment: Callable[P, T]) -> Callable[P, T]:
    """Remember results by the values of all arguments (hashable ones), so that f() and f(default) are the same call.

    functools.cache takes them for two, and figures and evidence would then compute everything twice.
    """
    signature = inspect.signature(experiment)
    remembered = cache(experiment)

    @wraps(experiment)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return remembered(*bound.args, **bound.kwargs)

    return call
