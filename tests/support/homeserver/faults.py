"""Faults: what goes wrong for which requests, how often, and by which chance.

A fault is an object with
  kind      limit (429; retry_after_ms, retry_after in s), page (HTML; status, body),
            json (status, body), redirect (location, status), bomb (mb of zipped blanks),
            slow (ms), refuse (cut before anything is done), drop (done, then cut),
            cut (the body ends after the part `at`), drip (the body in pieces, ms apart), gzip;
            for /sync and /messages: duplicate, reorder (seed; rooms: only in these), and for /sync limited (limit;
            silent: without saying so, as Synapse does where the last event is the redaction
            of one that it does not know)
  path      a regular expression that the path must have; anything if it is not given
  method, user   more conditions
  count     how many requests it strikes (1); 0 for all
  skip      how many it lets pass before (0)
  probability, seed   strikes by chance, the same for the same seed
"""
import random
import re

KINDS = {"limit", "page", "json", "redirect", "bomb", "slow", "refuse", "drop", "cut", "drip",
         "gzip", "duplicate", "reorder", "limited"}


class Fault:
    def __init__(self, number, rule):
        if rule.get("kind") not in KINDS:
            raise ValueError("kind must be one of " + ", ".join(sorted(KINDS)))
        self.number, self.rule, self.kind = number, rule, rule["kind"]
        self.path = re.compile(rule.get("path", ""))
        self.left = rule.get("count", 1) or None
        self.skip = rule.get("skip", 0)
        self.chance = random.Random(rule.get("seed", 0))
        self.hits = 0

    def get(self, name, default=None):
        return self.rule.get(name, default)

    def strikes(self, request, user):
        if self.left == 0 or not self.path.search(request.path):
            return False
        if self.get("method", request.method) != request.method:
            return False
        if self.get("user") and self.get("user") != user:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.chance.random() >= self.get("probability", 1):
            return False
        if self.left is not None:
            self.left -= 1
        self.hits += 1
        return True


class Faults:
    def __init__(self, who):
        self.rules = []
        self.last = 0
        self.who = who  # the user id of a token, or None

    def add(self, rule):
        self.last += 1
        self.rules.append(Fault(self.last, rule))
        return self.last

    def clear(self, number=None):
        self.rules = [f for f in self.rules if number is not None and f.number != number]

    def due(self, request):
        """The faults that strike this request; the control API is spared."""
        if not self.rules or request.path.startswith("/_fake/"):
            return []
        user = self.who(request.token())
        return [fault for fault in self.rules if fault.strikes(request, user)]


def mangle(request, room_id, events):
    """Doubles and shuffles a list of events of a room as the faults of the request say."""
    for fault in request.faults:
        if fault.get("rooms") and room_id not in fault.get("rooms"):
            continue
        chance = fault.chance
        if fault.kind == "duplicate":
            events = [e for one in events for e in [one] * (1 + (chance.random() < 0.5))]
            events += [e for e in events if chance.random() < 0.3]
        if fault.kind == "reorder":
            events = chance.sample(events, len(events))
    return events
