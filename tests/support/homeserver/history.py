"""Reading what happened in a room: pages, single events, relations."""
import json

from homeserver.faults import mangle
from homeserver.routes import MatrixError, route
from homeserver.sync import is_after, kept

ROOM = "/_matrix/client/v3/rooms/{room_id}"
RELATIONS = "/_matrix/client/v1/rooms/{room_id}/relations/{event_id}"


def readable(server, request, room_id):
    """The room and the events of it that the user may read."""
    room = server.room(room_id)
    room.require_reader(request.user.id)
    me = room.state[("m.room.member", request.user.id)]
    if me.content.get("membership") == "join":
        return room, room.events
    return room, [e for e in room.events if e.pos <= me.pos]


@route("GET", ROOM + "/messages")
async def messages(server, request, room_id):
    room, events = readable(server, request, room_id)
    back = request.query.get("dir", "b") == "b"
    limit = request.number("limit", 10, 1000)
    start = request.query.get("from") or ("s%d" % len(server.stream) if back else "s0")
    edge = is_after(start)
    stop = is_after(request.query["to"]) if request.query.get("to") else None
    if back:
        ahead = [e for e in events if not edge(e) and (stop is None or stop(e))]
    else:
        ahead = [e for e in events if edge(e) and (stop is None or not stop(e))]
    ahead.sort(key=lambda e: e.key(), reverse=back)
    if room.empty_pages > 0 and ahead:
        room.empty_pages -= 1
        return {"chunk": [], "start": start, "end": start, "state": []}
    try:
        rules = json.loads(request.query.get("filter") or "{}")
    except ValueError:
        raise MatrixError(400, "M_NOT_JSON", "the filter is not JSON")
    wanted = [e for e in ahead if kept(rules, e)]
    page = wanted[:limit]
    found = {"chunk": [e.form(request.device, room_id=True) for e in mangle(request, room_id, page)],
             "start": start, "state": []}
    if page:  # as Synapse: only an empty page is known to be the last one
        depth, pos = page[-1].key()
        found["end"] = "t%d_%d" % (depth, pos if back else pos + 1)
    return found


@route("GET", ROOM + "/event/{event_id}")
async def event(server, request, room_id, event_id):
    room, events = readable(server, request, room_id)
    found = room.by_id.get(event_id)
    if found not in events:
        raise MatrixError(404, "M_NOT_FOUND", "Event not found.")
    return found.form(request.device, room_id=True)


async def related(server, request, room_id, event_id, rel_type=None, kind=None):
    """Newest first unless asked otherwise, five at a time unless asked for more, as in Synapse."""
    room, events = readable(server, request, room_id)
    if event_id not in room.by_id:
        raise MatrixError(404, "M_NOT_FOUND", "Unknown parent event")
    back = request.query.get("dir", "b") == "b"
    limit = request.number("limit", 5, 100)
    found = [e for e in events if e.relation() and e.relation()[1] == event_id
             and rel_type in (None, e.relation()[0]) and kind in (None, e.type)]
    found.sort(key=lambda e: e.key(), reverse=back)
    if request.query.get("from"):
        edge = is_after(request.query["from"])
        found = [e for e in found if edge(e) != back]
    page = found[:limit]
    answer = {"chunk": [e.form(request.device, room_id=True) for e in page]}
    if len(found) > limit and page:
        depth, pos = page[-1].key()
        answer["next_batch"] = "t%d_%d" % (depth, pos if back else pos + 1)
    return answer


@route("GET", RELATIONS)
async def relations(server, request, room_id, event_id):
    return await related(server, request, room_id, event_id)


@route("GET", RELATIONS + "/{rel_type}")
async def relations_by_type(server, request, room_id, event_id, rel_type):
    return await related(server, request, room_id, event_id, rel_type)


@route("GET", RELATIONS + "/{rel_type}/{kind}")
async def relations_by_kind(server, request, room_id, event_id, rel_type, kind):
    return await related(server, request, room_id, event_id, rel_type, kind)
