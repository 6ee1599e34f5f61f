"""Earliest end of a set of dependent steps, and the steps that decide it."""
import sys


def plan(minutes, waits):
    """(total, critical steps); None if steps wait in a circle."""
    count = len(minutes)
    after = [[] for _ in range(count)]
    missing = [0] * count
    for a, b in waits:
        after[a].append(b)
        missing[b] += 1
    order = [v for v in range(count) if missing[v] == 0]
    end = minutes[:]  # earliest end of each step
    for v in order:
        for u in after[v]:
            end[u] = max(end[u], end[v] + minutes[u])
            missing[u] -= 1
            if missing[u] == 0:
                order.append(u)
    if len(order) < count:
        return None
    rest = minutes[:]  # longest way from a step's start to the very end
    for v in reversed(order):
        rest[v] += max((rest[u] for u in after[v]), default=0)
    total = max(end)
    return total, sum(end[v] - minutes[v] + rest[v] == total
                      for v in range(count))


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m = data[:2]
    pairs = data[2 + n:2 + n + 2 * m]
    answer = plan(data[2:2 + n], [(a - 1, b - 1) for a, b in zip(pairs[::2], pairs[1::2])])
    print(*answer) if answer else print("CYCLE")


main()
