"""Builds a vocabulary by count and encodes the text with it."""
import sys
from collections import Counter


def encode(words, least, most):
    counts = Counter(words)
    frequent = [word for word in counts if counts[word] >= least]
    frequent.sort(key=lambda word: (-counts[word], word))
    ids = {word: i for i, word in enumerate(frequent[:most], start=1)}
    return len(ids), [ids.get(word, 0) for word in words]


def main():
    least, most = map(int, sys.stdin.readline().split())
    size, ids = encode(sys.stdin.readline().split(), least, most)
    print(size)
    print(*ids)


main()
