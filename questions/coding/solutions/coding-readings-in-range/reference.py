"""Counts sorted readings between two bounds, both included."""
import sys


def count_below(values, bound):
    """How many values are smaller than bound."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < bound:
            low = middle + 1
        else:
            high = middle
    return low


def count_in(values, low, high):
    return max(0, count_below(values, high + 1) - count_below(values, low))


def main():
    _, queries = map(int, sys.stdin.readline().split())
    values = list(map(int, sys.stdin.readline().split()))
    for _ in range(queries):
        print(count_in(values, *map(int, sys.stdin.readline().split())))


main()
