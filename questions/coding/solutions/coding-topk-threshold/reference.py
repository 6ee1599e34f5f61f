"""The k best items over several ranked lists, reading as few rows as is safe."""
import sys
from heapq import heappush, heappushpop


def best_items(shards, k):
    """(depth, [(item, total)]); a shard is [(item, score)], best first."""
    score = [dict(shard) for shard in shards]  # stands for asking a shard
    longest = max(len(shard) for shard in shards)
    seen, best, depth = set(), [], 0  # best: a heap of (total, -item)
    while depth < longest:
        limit = 0  # no item that is still unseen can have more
        for shard in shards:
            if depth >= len(shard):
                continue
            item, points = shard[depth]
            limit += points
            if item not in seen:
                seen.add(item)
                total = sum(table.get(item, 0) for table in score)
                push = heappush if len(best) < k else heappushpop
                push(best, (total, -item))
        depth += 1
        if len(best) == k and best[0][0] > limit:
            break
    best.sort(reverse=True)
    return depth, [(-item, total) for total, item in best]


def main():
    count, k = map(int, sys.stdin.readline().split())
    shards = []
    for _ in range(count):
        _, *data = map(int, sys.stdin.readline().split())
        shards.append(list(zip(data[::2], data[1::2])))
    depth, best = best_items(shards, k)
    print(depth)
    for item, total in best:
        print(item, total)


main()
