"""Finds the first deadlock in a trace of locks taken and released."""
import sys
from collections import deque


def first_deadlock(events):
    """(event number from 1, threads in the circle), or (0, 0)."""
    holder = {}  # lock -> thread
    queue = {}  # lock -> threads that wait, the longest wait first
    waits_for = {}  # thread -> lock
    for number, (thread, sign, lock) in enumerate(events, start=1):
        if sign == "-":
            if queue.get(lock):
                holder[lock] = queue[lock].popleft()
                del waits_for[holder[lock]]
            else:
                del holder[lock]
        elif lock not in holder:
            holder[lock] = thread
        else:
            queue.setdefault(lock, deque()).append(thread)
            waits_for[thread] = lock
            other, size = holder[lock], 1
            while other != thread and other in waits_for:
                other, size = holder[waits_for[other]], size + 1
            if other == thread:
                return number, size
    return 0, 0


def main():
    lines = sys.stdin.read().split("\n")
    print(*first_deadlock([line.split() for line in lines[1:int(lines[0]) + 1]]))


main()
