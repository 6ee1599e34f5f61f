"""Chooses experiments for the largest gain within a budget of hours."""
import sys


def choose(experiments, budget):
    """(largest gain, fewest hours that reach it)"""
    best = [0] * (budget + 1)  # best[h]: largest gain with at most h hours
    for hours, gain in experiments:
        for h in range(budget, hours - 1, -1):
            best[h] = max(best[h], best[h - hours] + gain)
    return best[budget], best.index(best[budget])


def main():
    count, budget, *data = map(int, sys.stdin.read().split())
    print(*choose([(data[2 * i], data[2 * i + 1]) for i in range(count)], budget))


main()
