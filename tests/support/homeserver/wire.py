"""HTTP/1.1 with kept connections over asyncio, and the faults that happen on the wire."""
import asyncio
import gzip
import http.client
import ssl
import traceback
from urllib.parse import parse_qsl, urlsplit

from homeserver.routes import MatrixError, Reply, Request, find

BODY_MAX = 64 << 20
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class Closed(Exception):
    """The connection is to be cut."""


async def _read_headers(reader):
    headers = {}
    while True:
        line = (await reader.readline()).decode("latin-1")
        if not line.endswith("\n"):
            raise Closed
        line = line.strip()
        if not line:
            return headers
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()


async def _read_chunks(reader):
    body = b""
    while True:
        size = int((await reader.readline()).split(b";")[0] or b"0", 16)
        part = await reader.readexactly(size + 2)
        if size == 0:
            return body
        body += part[:-2]


async def read_request(reader, writer):
    """The next request of a connection; None at its end."""
    line = (await reader.readline()).decode("latin-1").split()
    if len(line) < 3:
        return None
    headers = await _read_headers(reader)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(headers.get("content-length", 0))
    if length > BODY_MAX:
        raise Closed
    if "chunked" in headers.get("transfer-encoding", ""):
        body = await _read_chunks(reader)
    else:
        body = await reader.readexactly(length)
    parts = urlsplit(line[1])
    return Request(line[0], parts.path, dict(parse_qsl(parts.query, True)), headers, body)


async def _write(writer, reply, body, headers=()):
    head = ["HTTP/1.1 %d %s" % (reply.status, http.client.responses.get(reply.status, "Unknown")),
            "Content-Type: " + reply.kind, "Content-Length: %d" % len(body),
            "Access-Control-Allow-Origin: *"]
    head += ["%s: %s" % pair for pair in list(reply.headers) + list(headers)]
    writer.write(("\r\n".join(head) + "\r\n\r\n").encode() + body)
    await writer.drain()


async def handle(server, request):
    """The answer to a request, faults aside."""
    try:
        handler, auth, arguments = find(request.method, request.path)
        if auth or request.token():
            server.authenticate(request, auth)
        reply = await handler(server, request, **arguments)
    except MatrixError as error:
        return Reply(error.body, error.status, headers=error.headers)
    except Exception:  # a body of a shape that no handler expects, or a fault of this server
        traceback.print_exc()
        return Reply({"errcode": "M_UNKNOWN", "error": "Internal server error"}, 500)
    return reply if isinstance(reply, Reply) else Reply(reply)


async def _drip(writer, reply, body, pause):
    """The body in sixteen pieces with pauses between."""
    step = max(1, len(body) // 16)
    head = Reply(b"", reply.status, reply.kind, reply.headers)
    await _write_head(writer, head, len(body))
    for at in range(0, len(body), step):
        writer.write(body[at:at + step])
        await writer.drain()
        await asyncio.sleep(pause)


async def _write_head(writer, reply, length):
    writer.write(("HTTP/1.1 %d x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                  % (reply.status, reply.kind, length)).encode())
    await writer.drain()


def instead(fault):
    """The reply of a fault that keeps the server from working at all, or None."""
    if fault.kind == "limit":
        headers, body = [], {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}
        if fault.get("retry_after") is not None:
            headers.append(("Retry-After", str(fault.get("retry_after"))))
        if fault.get("retry_after_ms") is not None:
            body["retry_after_ms"] = fault.get("retry_after_ms")
        return Reply(body, 429, headers=headers)
    if fault.kind == "page":
        return Reply(fault.get("body", PAGE.decode()).encode(), fault.get("status", 502), "text/html")
    if fault.kind == "json":
        return Reply(fault.get("body", {}), fault.get("status", 500))
    if fault.kind == "redirect":
        return Reply(b"", fault.get("status", 302), "text/plain",
                     [("Location", fault.get("location", "/"))])
    if fault.kind == "bomb":
        squeezed = gzip.compress(b" " * (fault.get("mb", 64) << 20), 9)
        return Reply(squeezed, 200, headers=[("Content-Encoding", "gzip")])
    return None


async def answer(server, request, writer):
    """Answers one request, with the faults that are due; raises Closed to cut the connection."""
    faults = server.faults.due(request)
    if faults and faults[0].kind == "refuse":
        raise Closed
    for fault in faults:
        if fault.kind == "slow":
            await asyncio.sleep(fault.get("ms", 1000) / 1000)
    reply = next((r for r in map(instead, faults) if r), None)
    if reply is None:
        request.faults = faults
        reply = await handle(server, request)
    server.note(request, reply)
    body = reply.bytes(server.raw_events)
    for fault in faults:
        if fault.kind == "drop":
            raise Closed
        if fault.kind == "cut":
            await _write_head(writer, reply, len(body))
            writer.write(body[:max(1, int(len(body) * fault.get("at", 0.5)))])
            await writer.drain()
            raise Closed
        if fault.kind == "drip":
            return await _drip(writer, reply, body, fault.get("ms", 50) / 1000)
        if fault.kind == "gzip":
            return await _write(writer, reply, gzip.compress(body), [("Content-Encoding", "gzip")])
    return await _write(writer, reply, body)


async def _serve(server, reader, writer):
    try:
        while True:
            request = await read_request(reader, writer)
            if request is None:
                break
            if request.method == "OPTIONS":
                await _write(writer, Reply(b"", 200), b"", [
                    ("Access-Control-Allow-Headers", "*"), ("Access-Control-Allow-Methods", "*")])
                continue
            await answer(server, request, writer)
            if request.headers.get("connection", "").lower() == "close":
                break
    except (Closed, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError,
            ValueError):
        pass
    finally:
        writer.close()


async def listen(server, port, certificate=None):
    """Serves on loopback; gives the listener, which knows its port."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    return await asyncio.start_server(lambda r, w: _serve(server, r, w), "127.0.0.1", port,
                                      limit=1 << 20, backlog=512, ssl=context)
