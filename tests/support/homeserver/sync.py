"""The answer to /sync."""
import asyncio
import fnmatch
import json
import re
import time

from homeserver.faults import mangle
from homeserver.routes import MatrixError, route

TIMELINE_LIMIT, TIMELINE_MOST = 10, 100  # as Synapse has them


def passes(rules, kind, sender=None):
    """Whether a filter lets an event through; its types may have a * in them."""
    def has(name, value):
        return any(fnmatch.fnmatchcase(value, pattern) for pattern in rules[name] or [])
    if "types" in rules and rules["types"] is not None and not has("types", kind):
        return False
    if "not_types" in rules and has("not_types", kind):
        return False
    if sender is not None and rules.get("senders") is not None and sender not in rules["senders"]:
        return False
    return sender is None or sender not in (rules.get("not_senders") or [])


def kept(rules, event):
    return event.raw is not None or passes(rules, event.type, event.sender)


def is_after(token):
    """What tells whether an event is behind a token: one of /messages is a place in the room, one
    of /sync a place in the stream, as in Synapse."""
    page = re.fullmatch(r"t(\d+)_(\d+)", token)
    if page:
        edge = int(page.group(1)), int(page.group(2))
        return lambda event: event.key() >= edge
    mark = re.fullmatch(r"s(\d+)", token)
    if not mark:
        raise MatrixError(400, "M_INVALID_PARAM", "Invalid token " + token)
    return lambda event: event.pos > int(mark.group(1))


class View:
    """What one user sees of the stream from `since` (0: from the start) on."""

    def __init__(self, server, request, since, rules):
        self.server, self.user, self.device = server, request.user, request.device
        self.request, self.since, self.rules = request, since, rules
        self.room_rules = rules.get("room") or {}
        gaps = [f for f in request.faults if f.kind == "limited"]
        self.gap = gaps[0] if gaps else None
        self.now = len(server.stream)

    def _rooms(self):
        """Rooms in which something happened to the user."""
        if self.since == 0:
            return list(self.server.rooms.values())
        ids = dict.fromkeys(self.server.stream[self.since:self.now])
        return [self.server.rooms[i] for i in ids if i in self.server.rooms]

    def _wanted(self, room):
        only, never = self.room_rules.get("rooms"), self.room_rules.get("not_rooms") or []
        return (only is None or room.id in only) and room.id not in never

    def answer(self):
        """The whole answer, and whether there is anything in it."""
        sections = {"join": {}, "invite": {}, "leave": {}, "knock": {}}
        for room in filter(self._wanted, self._rooms()):
            me = room.state.get(("m.room.member", self.user.id))
            if me is None:
                continue
            membership = me.content.get("membership")
            if membership == "join":
                self._join(room, sections["join"])
            elif me.pos <= self.since or room.id in self.user.forgotten:
                continue
            elif membership in ("invite", "knock"):
                sections[membership][room.id] = {membership + "_state": {
                    "events": self._stripped(room, me)}}
            elif self.since:
                sections["leave"][room.id] = self._left(room, me)
        found = {"next_batch": "s%d" % self.now, "device_one_time_keys_count": {},
                 "device_unused_fallback_key_types": []}
        news = {"rooms": {name: rooms for name, rooms in sections.items() if rooms}}
        data = self._account_data("", self.rules.get("account_data"))
        if data:
            news["account_data"] = {"events": data}
        news = {name: section for name, section in news.items() if section}
        return dict(found, **news), bool(news)

    def _account_data(self, room_id, rules):
        return [{"type": kind, "content": content}
                for (where, kind), (pos, content) in self.user.account_data.items()
                if where == room_id and pos > self.since and passes(rules or {}, kind)]

    def _stripped(self, room, me):
        kinds = ("m.room.create", "m.room.name", "m.room.join_rules", "m.room.encryption",
                 "m.room.avatar", "m.room.canonical_alias")
        shown = [room.state[(kind, "")] for kind in kinds if (kind, "") in room.state]
        sender = room.state.get(("m.room.member", me.sender))
        return [e.stripped() for e in shown + ([sender] if sender and sender is not me else [])
                + [me]]

    def _join(self, room, section):
        fresh = self.since == 0 or room.joined_at[self.user.id] > self.since
        found = self._timeline(room, fresh, self.now)
        ephemeral = [edu for pos, edu in room.ephemeral if pos > self.since
                     and passes(self.room_rules.get("ephemeral") or {}, edu["type"])]
        data = self._account_data(room.id, self.room_rules.get("account_data"))
        if not (fresh or found["timeline"]["events"] or found["state"]["events"] or ephemeral
                or data or found["timeline"]["limited"]):
            return
        section[room.id] = dict(
            found, ephemeral={"events": ephemeral}, account_data={"events": data},
            unread_notifications={"notification_count": 0, "highlight_count": 0},
            summary={"m.joined_member_count": len(room.members("join")),
                     "m.invited_member_count": len(room.members("invite"))})

    def _left(self, room, me):
        """What came until the user left; of a room that it never was in, only that."""
        if self.user.id in room.joined_at:
            return self._timeline(room, False, me.pos)
        return {"timeline": {"events": [me.form(self.device)], "limited": False,
                             "prev_batch": "s%d" % self.since}, "state": {"events": []}}

    def _timeline(self, room, fresh, until):
        rules = self.room_rules.get("timeline") or {}
        limit = min(rules.get("limit", TIMELINE_LIMIT), TIMELINE_MOST)
        if self.gap:
            limit = self.gap.get("limit", 1)
        start = 0 if fresh else self.since
        news = [e for e in room.events if start < e.pos <= until and kept(rules, e)]
        shown = news[len(news) - limit:] if len(news) > limit else news
        first = shown[0].pos if shown else until + 1
        state = self._state(room, start, first, shown)
        prev = "t%d_%d" % shown[0].key() if shown else "s%d" % start
        events = [e.form(self.device) for e in mangle(self.request, room.id, shown)]
        limited = len(shown) < len(news) or bool(fresh and self.since)  # as Synapse says on joining
        if self.gap and self.gap.get("silent"):
            limited = False
        return {"timeline": {"events": events, "limited": limited,
                             "prev_batch": prev},
                "state": {"events": [e.form(self.device) for e in state]}}

    def _state(self, room, start, first, shown):
        """The state where the timeline begins, as far as it changed since `start`."""
        rules = self.room_rules.get("state") or {}
        last = {}
        for event in room.events:
            if event.raw is None and event.state_key is not None and event not in shown \
                    and start < event.pos and (event.pos < first or start):
                last[(event.type, event.state_key)] = event
        senders = {e.sender for e in shown} | {self.user.id}
        if rules.get("lazy_load_members"):
            last = {k: e for k, e in last.items()
                    if start or k[0] != "m.room.member" or k[1] in senders}
            for sender in senders:
                key = ("m.room.member", sender)
                if key in room.state and room.state[key] not in shown:
                    last.setdefault(key, room.state[key])
            if not shown and start:
                last = {k: e for k, e in last.items() if e.pos > start}
        return [e for e in last.values() if passes(rules, e.type, e.sender)]


def the_filter(request):
    """The filter of a request: an id of one that was stored, or JSON."""
    given = request.query.get("filter")
    if not given:
        return {}
    if given.startswith("{"):
        try:
            return json.loads(given)
        except ValueError:
            raise MatrixError(400, "M_NOT_JSON", "the filter is not JSON")
    if not given.isdigit() or int(given) >= len(request.user.filters):
        raise MatrixError(404, "M_NOT_FOUND", "No such filter")
    return request.user.filters[int(given)]


@route("GET", "/_matrix/client/v3/sync")
async def sync(server, request):
    token = request.query.get("since")
    if token is not None and not re.fullmatch(r"s\d+", token):
        raise MatrixError(400, "M_INVALID_PARAM", "Invalid since " + token)
    since = int(token[1:]) if token else 0
    rules = the_filter(request)
    patience = request.number("timeout", 0, 120000) / 1000
    if not token:
        return first_answer(server, request, rules)
    deadline = time.monotonic() + patience
    while True:
        request.user.news.clear()
        found, anything = View(server, request, since, rules).answer()
        left = deadline - time.monotonic()
        if anything or request.query.get("full_state") == "true" or left <= 0:
            return found
        await wait_for_news(server, request, left)


def first_answer(server, request, rules):
    """Synapse keeps answers to a sync without `since` for two minutes, by what was asked."""
    asked = (request.user.id, request.device, tuple(sorted(request.query.items())))
    at, kept_answer = server.first_answers.get(asked, (0, None))
    if kept_answer is None or time.monotonic() - at > 120:
        kept_answer, _ = View(server, request, 0, rules).answer()
        server.first_answers[asked] = (time.monotonic(), kept_answer)
    return kept_answer


async def wait_for_news(server, request, seconds):
    """Until something happens to the user; a token that ends in the meantime is told at once."""
    try:
        await asyncio.wait_for(request.user.news.wait(), seconds)
    except asyncio.TimeoutError:
        pass
    server.authenticate(request, True)
