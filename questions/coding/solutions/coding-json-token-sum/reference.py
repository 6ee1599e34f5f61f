"""Sums one field of a JSON text of any size, in constant memory."""
import sys


def scan(chunks):
    depth = deepest = total = 0
    inside = escaped = armed = False
    word = number = ""
    for c in (c for chunk in chunks for c in chunk):
        if inside:
            if c == '"' and not escaped:
                inside = False
                continue
            escaped = c == "\\" and not escaped
            if len(word) < 7:  # one more than "tokens" is enough
                word += c
            continue
        if number:
            if c.isdigit():
                number += c
                continue
            total += int(number)
            number = ""
        if c == ":":
            armed = word == "tokens"
        elif not c.isspace():
            if armed and (c == "-" or c.isdigit()):
                number = c
            armed = False
            if c == '"':
                inside, word = True, ""
            elif c in "{[":
                depth += 1
                deepest = max(deepest, depth)
            elif c in "}]":
                depth -= 1
    return total, deepest


def main():
    print(*scan(iter(lambda: sys.stdin.read(65536), "")))


main()
