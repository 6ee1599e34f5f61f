"""Files that people send."""
from homeserver.routes import MatrixError, Reply, route


@route("POST", "/_matrix/media/v3/upload")
async def upload(server, request):
    if len(request.body) > server.settings["media_max"]:
        raise MatrixError(413, "M_TOO_LARGE", "Upload request body is too large")
    media_id = server.new_id("")[:24]
    server.media[media_id] = (request.headers.get("content-type", "application/octet-stream"),
                              request.body, request.query.get("filename"))
    return {"content_uri": "mxc://%s/%s" % (server.name, media_id)}


def stored(server, host, media_id):
    if host != server.name or media_id not in server.media:
        raise MatrixError(404, "M_NOT_FOUND", "Not found")
    kind, body, filename = server.media[media_id]
    shown = "inline" if not filename else 'attachment; filename="%s"' % filename.replace('"', "")
    return Reply(body, 200, kind, [("Content-Disposition", shown)])


@route("GET", "/_matrix/client/v1/media/download/{host}/{media_id}")
async def download(server, request, host, media_id):
    return stored(server, host, media_id)


@route("GET", "/_matrix/client/v1/media/download/{host}/{media_id}/{name}")
async def download_as(server, request, host, media_id, name):
    return stored(server, host, media_id)


@route("GET", "/_matrix/media/v3/download/{host}/{media_id}", auth=False)
async def download_unknown(server, request, host, media_id):
    """The way before tokens were asked for; newer servers answer 404 for what is new."""
    if not server.settings["legacy_media"]:
        raise MatrixError(404, "M_NOT_FOUND", "Not found")
    return stored(server, host, media_id)


@route("GET", "/_matrix/media/v3/config")
@route("GET", "/_matrix/client/v1/media/config")
async def config(server, request):
    return {"m.upload.size": server.settings["media_max"]}
