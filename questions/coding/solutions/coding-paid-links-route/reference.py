"""Fastest route that uses at most so many paid links."""
import sys
from heapq import heappop, heappush


def fastest(links, count, allowed):
    """Latency from 1 to count, or -1; links[v] = [(to, latency, paid)]."""
    fewest = [allowed + 1] * (count + 1)  # paid links of settled routes
    heap = [(0, 0, 1)]
    while heap:
        latency, paid, v = heappop(heap)
        if v == count:
            return latency
        if paid >= fewest[v]:
            continue  # an earlier route was no slower and paid no more
        fewest[v] = paid
        for to, more, cost in links[v]:
            if paid + cost < fewest[to]:
                heappush(heap, (latency + more, paid + cost, to))
    return -1


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m, allowed = data[:3]
    links = [[] for _ in range(n + 1)]
    for i in range(3, 3 + 4 * m, 4):
        a, b, latency, paid = data[i:i + 4]
        links[a].append((b, latency, paid))
        links[b].append((a, latency, paid))
    print(fastest(links, n, allowed))


main()
