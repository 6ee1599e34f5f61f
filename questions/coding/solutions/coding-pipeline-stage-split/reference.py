"""Splits a chain of layers over devices so that the slowest stage is fastest."""
import sys


def stages(times, sizes, limit, memory):
    """The fewest stages within both limits; every layer fits alone."""
    count, time, size = 1, 0, 0
    for t, s in zip(times, sizes):
        if time + t > limit or size + s > memory:
            count, time, size = count + 1, 0, 0
        time += t
        size += s
    return count


def slowest(times, sizes, devices, memory):
    low, high = max(times), sum(times)
    if (max(sizes) > memory
            or stages(times, sizes, high, memory) > devices):
        return None
    while low < high:
        middle = (low + high) // 2
        if stages(times, sizes, middle, memory) <= devices:
            high = middle
        else:
            low = middle + 1
    return low


def main():
    layers, devices, memory, *data = map(int, sys.stdin.read().split())
    answer = slowest(data[:layers], data[layers:2 * layers], devices, memory)
    print("IMPOSSIBLE" if answer is None else answer)


main()
