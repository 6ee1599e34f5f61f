"""Logistic regression by full-batch gradient descent, with an L2 penalty."""
import sys
from math import exp, log1p


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + exp(-z))
    return exp(z) / (1 + exp(z))


def log_loss(z, y):
    """log(1 + exp(-margin)), safe for any size of the margin."""
    margin = z if y else -z
    return max(0, -margin) + log1p(exp(-abs(margin)))


def train(rows, labels, steps, rate, penalty):
    """(weights, bias, mean loss without the penalty)"""
    n, d = len(rows), len(rows[0])
    w, b = [0.0] * d, 0.0

    def score(x):
        return b + sum(wj * xj for wj, xj in zip(w, x))

    for _ in range(steps):
        error = [sigmoid(score(x)) - y for x, y in zip(rows, labels)]
        slope = [sum(e * x[j] for e, x in zip(error, rows)) / n
                 for j in range(d)]
        w = [wj - rate * (g + penalty * wj) for wj, g in zip(w, slope)]
        b -= rate * sum(error) / n
    loss = sum(log_loss(score(x), y) for x, y in zip(rows, labels)) / n
    return w, b, loss


def main():
    n, d, steps, rate, penalty, *data = map(float, sys.stdin.read().split())
    n, d = int(n), int(d)
    table = [data[i * (d + 1):(i + 1) * (d + 1)] for i in range(n)]
    w, b, loss = train([row[:d] for row in table], [int(row[d]) for row in table],
                       int(steps), rate, penalty)
    print(*("%.6f" % value for value in w + [b]))
    print("%.6f" % loss)


main()
