"""Finds the first bracket or quote that is wrong in a template."""
import sys


def first_problem(text):
    """The position from 1, or 0 if all is well."""
    opener = {")": "(", "]": "[", "}": "{"}
    stack = []  # positions of the brackets still open
    quote = 0  # position of the open quote, 0 = outside
    i = 0
    while i < len(text):
        c = text[i]
        i += 1  # now the position of c, counted from 1
        if quote:
            if c == "\\":
                i += 1  # the next character is plain text
            elif c == '"':
                quote = 0
        elif c == '"':
            quote = i
        elif c in "([{":
            stack.append(i)
        elif c in opener:
            if not stack or text[stack[-1] - 1] != opener[c]:
                return i
            stack.pop()
    return quote or (stack[-1] if stack else 0)


def main():
    print(first_problem(sys.stdin.readline().rstrip("\n")) or "OK")


main()
