"""Accuracy and macro F1 of a classifier."""
import sys
from collections import Counter


def scores(pairs):
    truth = Counter(true for true, _ in pairs)
    guess = Counter(predicted for _, predicted in pairs)
    right = Counter(true for true, predicted in pairs if true == predicted)
    labels = truth.keys() | guess.keys()
    # 2 TP / (2 TP + FP + FN), and TP + FN = truth, TP + FP = guess
    f1 = [2 * right[label] / (truth[label] + guess[label])
          for label in labels]
    return sum(right.values()) / len(pairs), sum(f1) / len(f1)


def main():
    words = sys.stdin.read().split()[1:]
    print("%.6f %.6f" % scores(list(zip(words[::2], words[1::2]))))


main()
