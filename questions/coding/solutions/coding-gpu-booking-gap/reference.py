"""Hours in which a machine is booked, and its longest idle gap."""
import sys


def busy_and_gap(bookings):
    bookings.sort()
    busy = gap = 0
    start, end = bookings[0]
    for s, e in bookings[1:]:
        if s > end:
            gap = max(gap, s - end)
            busy += end - start
            start, end = s, e
        else:
            end = max(end, e)
    return busy + end - start, gap


def main():
    count, *numbers = map(int, sys.stdin.read().split())
    print(*busy_and_gap([(numbers[2 * i], numbers[2 * i + 1]) for i in range(count)]))


main()
