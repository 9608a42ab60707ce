"""Arrays as the kernels want them: contiguous, read-only, every number found right, or an error that names the place."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def numbers(name: str, values: ArrayLike, *dims: tuple[str, int], least: float = -np.inf, most: float = np.inf) -> Floats:
    """`values` as a contiguous read-only float64 array with these (name, length) dims, every number within the limits.

    Read-only views of every input keep the compiled kernels to one version each.
    """
    array = np.ascontiguousarray(values, dtype=np.float64).view()
    wanted = tuple(length for _, length in dims)
    if array.shape != wanted:
        said = ", ".join(dim for dim, _ in dims)
        raise ValueError(f"{name} has shape {array.shape}, but [{said}] = {wanted} is needed to fit the other arrays of the site")
    # The extremes say whether anything is wrong, nan included, in a fraction of the time.
    low, high = (
        (float(np.minimum.reduce(array, axis=None)), float(np.maximum.reduce(array, axis=None))) if array.size else (0.0, 0.0)
    )
    if array.size and not (low >= least and high <= most and math.isfinite(low) and math.isfinite(high)):
        wrong = ~((array >= least) & (array <= most) & np.isfinite(array))
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        where = ", ".join(f"{dim} {index}" for (dim, _), index in zip(dims, place, strict=True))
        needed = "a finite number" if least == -np.inf else f"at least {least:g}" if most == np.inf else f"{least:g} to {most:g}"
        raise ValueError(
            f"{name} is {array[place]} at {where} (counted from 0) and must be {needed}; "
            f"{int(wrong.sum())} of its {array.size} numbers are wrong, and no hour is dispatched on a guess"
        )
    array.flags.writeable = False
    return array


def number(name: str, value: float, least: float = -np.inf, most: float | None = None) -> float:
    """`value` as a float; ValueError unless it is within the limits, and finite where `most` does not allow inf."""
    if not (value >= least and (np.isfinite(value) if most is None else value <= most)):
        open_ended = f"at least {least:g}" if most in (None, np.inf) else f"{least:g} to {most:g}"
        raise ValueError(f"{name} is {value} and must be {'a finite number' if least == -np.inf else open_ended}")
    return float(value)


def integers(name: str, values: ArrayLike, dim: tuple[str, int], least: int, most: int | None = None) -> Ints:
    """`values` as a contiguous read-only int64 array with this (name, length) dim; ValueError for what is no whole number."""
    array = np.ascontiguousarray(values)
    if array.shape != (dim[1],) or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise ValueError(f"{name} has shape {array.shape} and type {array.dtype}, but [{dim[0]}] = ({dim[1]},) of int is needed")
    wrong = (array < least) | (array > (np.iinfo(np.int64).max if most is None else most))
    if wrong.any():
        place = int(np.argmax(wrong))
        needed = f"at least {least}" if most is None else f"{least} to {most}"
        raise ValueError(f"{name} is {array[place]} at {dim[0]} {place} (counted from 0) and must be {needed}")
    array = array.astype(np.int64, copy=False).view()
    array.flags.writeable = False
    return array


def flags(name: str, values: ArrayLike, length: int) -> Bools:
    """`values` as a contiguous read-only bool array of this length; ValueError for numbers, which could mean anything."""
    array = np.ascontiguousarray(values)
    if array.shape != (length,) or (array.dtype != np.bool_ and array.size):
        raise ValueError(f"{name} has shape {array.shape} and type {array.dtype}, but [contract] = ({length},) of bool is needed")
    array = array.astype(np.bool_, copy=False).view()
    array.flags.writeable = False
    return array


def rows(name: str, values: ArrayLike) -> int:
    """Length of the first of two dims; ValueError for any other number of dims."""
    shape = np.shape(values)
    if len(shape) != 2:
        raise ValueError(
            f"{name} has shape {shape}, but two dims are needed; with none of them give an array of shape (0, hours)"
        )
    return int(shape[0])
