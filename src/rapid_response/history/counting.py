"""Counting how many of several conditions hold in each row, without leaving the bits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

from rapid_response.history.slices import ALL, NO, NONE, YES, Rails, Words

_Planes = list[list[Words]]
"""Bits by their weight: those of plane p count 2 ** p each."""


def at_least(number: int, parts: Sequence[Rails]) -> Rails:
    """Where at least `number` of the parts hold."""
    if number <= 0:
        return YES
    if number > len(parts):
        return NO
    surely = _at_least(number, [part.surely for part in parts])
    if all(part.is_plain for part in parts):
        return Rails(surely, surely)
    return Rails(surely, _at_least(number, [part.possibly for part in parts]))


def _at_least(number: int, bits: Sequence[Words]) -> Words:
    if number == 1:
        return reduce(or_, bits)
    if number == len(bits):
        return reduce(and_, bits)
    return _not_below(number, _sum(bits))


def _sum(bits: Sequence[Words]) -> list[Words]:
    """The number of set bits per row, one slice per binary digit, lowest first. Carry-save: three bits become two."""
    planes: _Planes = [list(bits)]
    for plane in planes:
        carries: list[Words] = []
        while len(plane) > 2:
            a, b, c = plane.pop(), plane.pop(), plane.pop()
            mixed = a ^ b
            plane.insert(0, mixed ^ c)
            carries.append((a & b) | (mixed & c))
        if len(plane) == 2:
            a, b = plane.pop(), plane.pop()
            plane.append(a ^ b)
            carries.append(a & b)
        if carries:
            planes.append(carries)
    return [plane[0] for plane in planes]


def _not_below(number: int, digits: Sequence[Words]) -> Words:
    """Where the number whose binary digits are these is at least `number`."""
    if number >= 1 << len(digits):
        return NONE
    holds = ALL
    for position, digit in enumerate(digits):
        holds = digit & holds if number >> position & 1 else digit | holds
    return holds
