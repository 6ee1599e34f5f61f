"""People through matrix-nio, driven by JSON lines; matrix_crowd.py starts it with the Python that
has matrix-nio.

In:  {"id": 1, "who": "ann", "do": "send", ...}, see DEEDS
Out: {"id": 1, "ok": {...}} or {"id": 1, "error": "..."}, and whatever comes by sync:
     {"who": "ann", "room": "!...", "event": {...}}, {"who": "ann", "invited": "!...", "by": "@..."}
people_js.js does the same with matrix-js-sdk.
"""
import asyncio
import io
import json
import sys

import nio

FILTER = {"presence": {"not_types": ["*"]}, "room": {"timeline": {"limit": 100}}}
clients, loops = {}, {}


def tell(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def good(response):
    if isinstance(response, nio.ErrorResponse):
        raise RuntimeError("%s %s" % (response.status_code, response.message))
    return response


async def follow(who, client):
    """Tells all that comes, until the task is cancelled."""
    known = set()
    while True:
        response = await client.sync(timeout=30000, sync_filter=FILTER)
        if not isinstance(response, nio.SyncResponse):
            tell(who=who, trouble=str(response))
            await asyncio.sleep(0.2)
            continue
        for room_id, room in response.rooms.invite.items():
            by = [e.sender for e in room.invite_state if isinstance(e, nio.InviteMemberEvent)
                  and e.membership == "invite"]
            tell(who=who, invited=room_id, by=by[-1] if by else None)
        for rooms in (response.rooms.join, response.rooms.leave):
            for room_id, room in rooms.items():
                for event in list(room.state) + list(room.timeline.events):
                    number = event.source.get("event_id")
                    if number not in known:
                        known.add(number)
                        tell(who=who, room=room_id, event=event.source)


async def login(client, ask):
    client = nio.AsyncClient(ask["url"], ask["user_id"], device_id=ask.get("device_id") or "")
    clients[ask["who"]] = client
    if "password" in ask:
        good(await client.login(ask["password"]))
    else:
        client.restore_login(ask["user_id"], ask["device_id"], ask["token"])
    loops[ask["who"]] = asyncio.ensure_future(follow(ask["who"], client))
    return {"device_id": client.device_id}


async def create(client, ask):
    found = good(await client.room_create(
        visibility=nio.RoomVisibility.private, name=ask.get("name"), invite=ask.get("invite", []),
        is_direct=ask.get("direct", False),
        preset=nio.RoomPreset(ask.get("preset", "private_chat"))))
    return {"room_id": found.room_id}


async def join(client, ask):
    return {"room_id": good(await client.join(ask["room"])).room_id}


async def invite(client, ask):
    good(await client.room_invite(ask["room"], ask["user"]))
    return {}


async def leave(client, ask):
    good(await client.room_leave(ask["room"]))
    return {}


async def send(client, ask):
    found = good(await client.room_send(ask["room"], ask["type"], ask["content"]))
    return {"event_id": found.event_id}


async def redact(client, ask):
    return {"event_id": good(await client.room_redact(ask["room"], ask["event_id"])).event_id}


async def upload(client, ask):
    body = ask["text"].encode()
    found, _ = await client.upload(io.BytesIO(body), content_type=ask["mime"],
                                   filename=ask["name"], filesize=len(body))
    return {"uri": good(found).content_uri}


async def messages(client, ask):
    found = good(await client.room_messages(ask["room"], ask.get("from") or client.next_batch,
                                            limit=ask.get("limit", 10)))
    return {"events": [e.source for e in found.chunk], "end": found.end}


async def relations(client, ask):
    found = client.room_get_event_relations(ask["room"], ask["event_id"])
    return {"events": [e.source async for e in found]}


async def displayname(client, ask):
    good(await client.set_displayname(ask["name"]))
    return {}

DEEDS = {deed.__name__: deed for deed in (
    login, create, join, invite, leave, send, redact, upload, messages, relations, displayname)}


async def do(ask):
    try:
        tell(id=ask["id"], ok=await DEEDS[ask["do"]](clients.get(ask["who"]), ask))
    except Exception as error:  # whatever it is, the test is to see it
        tell(id=ask["id"], error="%s: %s" % (type(error).__name__, error))


async def main():
    reader = asyncio.StreamReader(limit=1 << 22)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    doing = set()
    while True:
        line = await reader.readline()
        if not line:
            break
        task = asyncio.ensure_future(do(json.loads(line)))
        doing.add(task)
        task.add_done_callback(doing.discard)
    for loop in loops.values():
        loop.cancel()
    for client in clients.values():
        await client.close()


asyncio.run(main())
