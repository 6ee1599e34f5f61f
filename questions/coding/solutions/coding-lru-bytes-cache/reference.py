"""A cache with a limit in bytes that evicts what was used longest ago."""
import sys


class Cache:
    """A ring of keys, None between newest and oldest; all steps O(1)."""

    def __init__(self, capacity):
        self.capacity = self.free = capacity
        self.size = {}
        self.older, self.newer = {None: None}, {None: None}
        self.evicted = 0

    def link_newest(self, key):
        last = self.older[None]
        self.older[key], self.newer[key] = last, None
        self.newer[last] = self.older[None] = key

    def unlink(self, key):
        older, newer = self.older.pop(key), self.newer.pop(key)
        self.newer[older], self.older[newer] = newer, older

    def remove(self, key):
        self.unlink(key)
        self.free += self.size.pop(key)

    def get(self, key):
        if key not in self.size:
            return -1
        self.unlink(key)
        self.link_newest(key)
        return self.size[key]

    def put(self, key, size):
        if key in self.size:
            self.remove(key)
        if size > self.capacity:
            return
        while size > self.free:
            self.remove(self.newer[None])
            self.evicted += 1
        self.size[key] = size
        self.free -= size
        self.link_newest(key)


def main():
    lines = sys.stdin.read().split("\n")
    count, capacity = map(int, lines[0].split())
    cache = Cache(capacity)
    for line in lines[1:count + 1]:
        verb, key, *size = line.split()
        if verb == "get":
            print(cache.get(key))
        else:
            cache.put(key, int(size[0]))
    print(cache.evicted)


main()
