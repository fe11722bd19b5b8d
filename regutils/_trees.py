"""Parameters as nested dictionaries of arrays, or one array: walk them, rebuild them, compare their structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[Any]  # float32 or float64
Tree = Any  # an array, or a mapping of names to trees: mypy has no use for the recursion


def leaves(tree: Tree, name: str) -> dict[str, FloatArray]:
    """Arrays by the path to them, "layer1/weight"; a tree that is one array has the path "".

    Raises TypeError or ValueError, calling the tree `name`, for anything but float32 or float64 arrays.
    """
    found: dict[str, FloatArray] = {}
    _collect(tree, "", name, found)
    if not found:
        raise ValueError(f"{name} must hold at least one array, got {tree!r}")
    return found


def rebuild(tree: Tree, values: Mapping[str, Any], path: str = "") -> Tree:
    """The tree with other values at its leaves."""
    if not isinstance(tree, Mapping):
        return values[path]
    return {key: rebuild(branch, values, f"{path}/{key}" if path else key) for key, branch in tree.items()}


def nested(values: Mapping[str, Any]) -> Tree:
    """The nested dictionary that has these leaves."""
    tree: Tree = {}
    for path, value in values.items():
        *outer, last = path.split("/")
        branch = tree
        for key in outer:
            branch = branch.setdefault(key, {})
        branch[last] = value
    return tree


def matching(tree: Tree, name: str, like: Mapping[str, FloatArray], *, of: str) -> dict[str, FloatArray]:
    """The leaves of `tree`, after a check that paths and shapes are those of `like`, the leaves of what `of` names."""
    found = leaves(tree, name)
    if found.keys() != like.keys():
        raise ValueError(f"{name} must have the structure of {of}, got {_paths(found)}, allowed {_paths(like)}")
    for path, leaf in found.items():
        if leaf.shape != like[path].shape:
            where = f"{name}[{path!r}]" if path else name
            raise ValueError(f"{where} must have shape {like[path].shape} as in {of}, got {leaf.shape}")
    return found


def flags(tree: Tree, name: str) -> dict[str, Any]:
    """Anything at the leaves, as arrays by path."""
    if not isinstance(tree, Mapping):
        raise TypeError(f"{name} must be a nested dictionary, got {type(tree).__name__}")
    found: dict[str, Any] = {}
    for key, branch in tree.items():
        if isinstance(branch, Mapping):
            found.update({f"{key}/{path}": leaf for path, leaf in flags(branch, name).items()})
        else:
            found[str(key)] = np.asarray(branch)
    return found


def chosen(mask: bool | Tree | Callable[[str], bool] | None, paths: Mapping[str, Any]) -> dict[str, bool]:
    """For each path, whether `mask` (None: all; a predicate on the path; a tree of the same structure) takes it."""
    if mask is None:
        return dict.fromkeys(paths, True)
    if callable(mask):
        return {path: _flag(mask(path), f"mask({path!r})") for path in paths}
    found: dict[str, bool] = {}
    _collect_flags(mask, "", found)
    if found.keys() != paths.keys():
        raise ValueError(f"mask must have the structure of params, got {_paths(found)}, allowed {_paths(paths)}")
    return found


def _collect(tree: Tree, path: str, name: str, found: dict[str, FloatArray]) -> None:
    if isinstance(tree, Mapping):
        for key, branch in tree.items():
            if not isinstance(key, str) or not key or "/" in key:
                raise ValueError(f"{name} must have names without '/' as keys, got {key!r}")
            _collect(branch, f"{path}/{key}" if path else key, name, found)
        return
    where = f"{name}[{path!r}]" if path else name
    if not isinstance(tree, np.ndarray) or tree.dtype not in (np.float32, np.float64):
        came = f"an array of {tree.dtype}" if isinstance(tree, np.ndarray) else type(tree).__name__
        raise TypeError(f"{where} must be a float32 or float64 array, got {came}")
    found[path] = tree


def _collect_flags(tree: Tree, path: str, found: dict[str, bool]) -> None:
    if isinstance(tree, Mapping):
        for key, branch in tree.items():
            _collect_flags(branch, f"{path}/{key}" if path else str(key), found)
    else:
        found[path] = _flag(tree, f"mask[{path!r}]" if path else "mask")


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def _paths(tree: Mapping[str, Any]) -> str:
    return ", ".join(repr(path) for path in tree) if "" not in tree else "one array"
