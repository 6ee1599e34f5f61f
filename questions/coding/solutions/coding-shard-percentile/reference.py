"""The p-th percentile (nearest rank) of values that lie sorted in several shards."""
import sys
from heapq import heapify, heapreplace, heappop


def percentile(shards, p):
    total = sum(len(shard) for shard in shards)
    rank = (p * total + 99) // 100  # rounded up, in whole numbers
    heap = [(shard[0], s, 0) for s, shard in enumerate(shards) if shard]
    heapify(heap)
    for _ in range(rank - 1):
        _, s, i = heap[0]
        if i + 1 < len(shards[s]):
            heapreplace(heap, (shards[s][i + 1], s, i + 1))
        else:
            heappop(heap)
    return heap[0][0]


def main():
    count, p = map(int, sys.stdin.readline().split())
    shards = [list(map(int, sys.stdin.readline().split()))[1:] for _ in range(count)]
    print(percentile(shards, p))


main()
