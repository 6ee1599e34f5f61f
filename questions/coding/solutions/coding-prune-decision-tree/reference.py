"""Reduced-error pruning: cuts a decision tree from the leaves up."""
import sys


def prune(children, mistakes):
    """(mistakes, leaves) after pruning; 0 is the root, None is a leaf."""
    order = [0]
    for v in order:
        if children[v]:
            order.extend(children[v])
    best, leaves = mistakes[:], [1] * len(mistakes)
    for v in reversed(order):  # children come before their parent
        if children[v]:
            a, b = children[v]
            if best[a] + best[b] < mistakes[v]:
                best[v] = best[a] + best[b]
                leaves[v] = leaves[a] + leaves[b]
    return best[0], leaves[0]


def main():
    count, *data = map(int, sys.stdin.read().split())
    rows = [data[3 * i:3 * i + 3] for i in range(count)]
    children = [(a - 1, b - 1) if a else None for a, b, _ in rows]
    print(*prune(children, [row[2] for row in rows]))


main()
