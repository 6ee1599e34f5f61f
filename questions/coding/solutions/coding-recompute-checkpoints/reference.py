"""Least forward work for a backward pass that can keep only a few activations."""
import sys


def least_forward(costs, slots):
    n = len(costs)
    total = [0]
    for cost in costs:
        total.append(total[-1] + cost)
    # work[i][j]: least work for layers i .. j-1 if their input is kept
    work = [[sum(total[k] - total[i] for k in range(i + 1, j))
             for j in range(n + 1)] for i in range(n)]
    for _ in range(slots):
        fewer = work  # the same with one slot less
        work = [[0] * (n + 1) for _ in range(n)]
        for length in range(2, n + 1):
            for i in range(n - length + 1):
                j = i + length
                work[i][j] = min(
                    total[k] - total[i] + fewer[k][j] + work[i][k]
                    for k in range(i + 1, j))
    return work[0][n]


def main():
    count, slots, *costs = map(int, sys.stdin.read().split())
    print(least_forward(costs[:count], slots))


main()
