"""Loss and gradients of a network with one hidden layer, by backpropagation."""
import sys
from math import exp, log


def affine(W, b, x):
    return [bi + sum(wij * xj for wij, xj in zip(row, x))
            for row, bi in zip(W, b)]


def zeros_like(W):
    return [[0.0] * len(row) for row in W]


def gradients(W1, b1, W2, b2, batch):
    """Mean loss, and the gradients of W1, b1, W2, b2."""
    loss, share = 0.0, 1 / len(batch)
    dW1, dW2 = zeros_like(W1), zeros_like(W2)
    db1, db2 = [0.0] * len(b1), [0.0] * len(b2)
    for x, y in batch:
        a = affine(W1, b1, x)
        h = [max(0.0, value) for value in a]
        z = affine(W2, b2, h)
        top = max(z)
        e = [exp(value - top) for value in z]  # never overflows
        norm = sum(e)
        loss += share * (log(norm) - (z[y] - top))
        dz = [share * (value / norm - (i == y))
              for i, value in enumerate(e)]
        da = [sum(dz[i] * W2[i][j] for i in range(len(z)))
              if a[j] > 0 else 0.0 for j in range(len(h))]
        for dW, db, d, before in ((dW2, db2, dz, h), (dW1, db1, da, x)):
            for i, di in enumerate(d):
                db[i] += di
                for j, value in enumerate(before):
                    dW[i][j] += di * value
    return loss, dW1, db1, dW2, db2


def main():
    words = iter(sys.stdin.read().split())

    def numbers(count):
        return [float(next(words)) for _ in range(count)]

    d, m, c, n = (int(next(words)) for _ in range(4))
    W1, b1 = [numbers(d) for _ in range(m)], numbers(m)
    W2, b2 = [numbers(m) for _ in range(c)], numbers(c)
    batch = [(numbers(d), int(next(words))) for _ in range(n)]
    loss, dW1, db1, dW2, db2 = gradients(W1, b1, W2, b2, batch)
    for row in [[loss]] + dW1 + [db1] + dW2 + [db2]:
        print(*("%.6f" % value for value in row))


main()
