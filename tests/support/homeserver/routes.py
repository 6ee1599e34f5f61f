"""Paths to handlers, and errors as the protocol has them."""
import json
import re
from urllib.parse import unquote

_ROUTES = []


class MatrixError(Exception):
    def __init__(self, status, errcode, error, headers=(), **extra):
        super().__init__(error)
        self.status = status
        self.headers = list(headers)
        self.body = dict({"errcode": errcode, "error": error}, **extra)


def route(method, pattern, auth=True):
    """Says what a handler answers: `async def handler(server, request, NAME...)` for each {NAME}."""
    compiled = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "$")

    def keep(handler):
        _ROUTES.append((method, compiled, auth, handler))
        return handler
    return keep


def find(method, path):
    """(handler, needs a token, arguments) of a path. Old clients say r0 where v3 is meant."""
    path = path.replace("/_matrix/client/r0/", "/_matrix/client/v3/")
    known = False
    for verb, pattern, auth, handler in _ROUTES:
        match = pattern.match(path)
        if match and verb == method:
            return handler, auth, {k: unquote(v) for k, v in match.groupdict().items()}
        known = known or bool(match)
    if known:
        raise MatrixError(405, "M_UNRECOGNIZED", "method not allowed here")
    raise MatrixError(404, "M_UNRECOGNIZED", "unknown path")


class Request:
    """What a handler gets: who asks (`user`, `device`, if there is a token), and for what."""

    def __init__(self, method, path, query, headers, body):
        self.method, self.path, self.query = method, path, query
        self.headers, self.body = headers, body
        self.user = self.device = None

    def token(self):
        bearer = self.headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            return bearer[7:].strip()
        return self.query.get("access_token")

    def json(self):
        """The body, which must be an object."""
        try:
            body = json.loads(self.body or b"{}")
        except ValueError:
            raise MatrixError(400, "M_NOT_JSON", "the body is not JSON")
        if not isinstance(body, dict):
            raise MatrixError(400, "M_BAD_JSON", "the body must be an object")
        return body

    def number(self, name, default, most):
        try:
            return max(0, min(most, int(self.query.get(name, default))))
        except ValueError:
            raise MatrixError(400, "M_INVALID_PARAM", "%s must be a number" % name)


class Reply:
    """What a handler gives, if it is not simply an object for a 200."""

    def __init__(self, body, status=200, kind="application/json", headers=()):
        self.body, self.status, self.kind, self.headers = body, status, kind, list(headers)

    def bytes(self, raw):
        """The body as it goes out; `raw` replaces marks of events that are not JSON objects."""
        if isinstance(self.body, bytes):
            return self.body
        return raw(json.dumps(self.body, ensure_ascii=False)).encode("utf-8", "surrogatepass")
