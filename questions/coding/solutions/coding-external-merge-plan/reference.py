"""Least rows written when sorted runs are merged, up to k at a time."""
import sys
from heapq import heapify, heappop, heappush


def rows_written(runs, k):
    # Empty runs make every merge full: it takes k runs and gives 1.
    heap = runs + [0] * (-(len(runs) - 1) % (k - 1))
    heapify(heap)
    written = 0
    while len(heap) > 1:
        merged = sum(heappop(heap) for _ in range(k))
        written += merged
        heappush(heap, merged)
    return written


def main():
    count, k, *runs = map(int, sys.stdin.read().split())
    print(rows_written(runs[:count], k))


main()
