"""Measures a chain of segments that may run into a loop, in constant extra memory."""
import sys


def measure(follow, head):
    """(segments before, segments in the loop); follow[0] is 0, the end."""
    slow, fast = follow[head], follow[follow[head]]
    while slow != fast:  # at the end both are 0
        slow, fast = follow[slow], follow[follow[fast]]
    loop = 0
    if fast:
        loop, fast = 1, follow[slow]
        while fast != slow:
            loop, fast = loop + 1, follow[fast]
    slow, tail = head, 0
    while slow != fast:  # both steps lead to the entry of the loop, or to 0
        slow, fast, tail = follow[slow], follow[fast], tail + 1
    return tail, loop


def main():
    count, head, *follow = map(int, sys.stdin.read().split())
    print(*measure([0] + follow[:count], head))


main()
