"""Who may include whom: the table of docs/ARCHITECTURE.md.

A file belongs to the first LAYERS entry that its path starts with. It may include the headers
whose path starts with one of the entry's words, and its own folder's.
"""
import re

_PORTS = ("app/ports.h", "core/event.h", "core/text.h", "sys/", "util/")

LAYERS = (
    ("include/", ("hotseat/",)),
    ("plugins/", ("hotseat/",)),
    ("bot/util/", ()),
    ("bot/core/", ("util/", "hotseat/")),
    ("bot/app/", ("core/", "util/", "hotseat/")),
    ("bot/transport/", _PORTS),
    ("bot/store/pack/", _PORTS + ("core/bank.h",)),  # the bank is what a pack is read into
    ("bot/store/", _PORTS),
    ("bot/judge/", _PORTS),
    ("bot/web/", _PORTS),
    ("bot/sys/", ("util/",)),
    ("bot/", ("",)),
)

# A library is known to as few places as can be. Headers of the C library and of POSIX are free,
# but for the core, which is pure, and for include/.
LIBRARIES = {
    "confuse.h": ("bot/cli/config",),
    "curl/": ("bot/transport/irc/", "bot/transport/matrix/matrix_answer.c",
              "bot/transport/matrix/matrix_http.c", "bot/sys/transfers",
              "bot/sys/paste_fetch", "bot/cli/"),
    "dlfcn.h": ("bot/app/plugin_image.c",),
    "histedit.h": ("bot/cli/screen.c",),
    "jansson.h": ("bot/store/pack/", "bot/transport/matrix/", "bot/cli/"),
    "libircclient.h": ("bot/transport/irc/irc_session.c",),
    "md4c.h": ("bot/core/markdown.c",),
    "openssl/": ("bot/util/hash.c", "bot/util/base64.c"),
    "sqlite3.h": ("bot/store/sqlite/", "bot/cli/version.c"),
    "uv.h": ("bot/transport/", "bot/sys/", "bot/cli/"),
}
PURE = {"ctype.h", "inttypes.h", "limits.h", "math.h", "stdalign.h", "stdarg.h", "stdbool.h",
        "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h",
        "time.h"}  # its calendar, not its clock
_PURE_FOLDERS = ("bot/core/", "include/", "plugins/")


def _own(path, header):
    """A header of the file's own folder."""
    folder = path.split("/", 1)[1].rsplit("/", 1)[0] + "/"
    return header.startswith(folder)


def _library(header):
    return next((name for name in LIBRARIES if header.startswith(name)), None)


def _check(path, may, quoted, header):
    if quoted:
        if _own(path, header) or header.startswith(may):
            return None
        return "includes %s; this layer may not" % header
    name = _library(header)
    if name:
        if path.startswith(LIBRARIES[name]):
            return None
        return "includes <%s>; that library belongs to %s" % (header, ", ".join(LIBRARIES[name]))
    if path.startswith(_PURE_FOLDERS) and header not in PURE:
        return "includes <%s>; this layer is pure: no clock, no files, no network" % header
    return None


def includes(tree):
    for path in tree.c_files("bot/", "include/", "plugins/"):
        may = next(words for folder, words in LAYERS if path.startswith(folder))
        for number, line in enumerate(tree.lines(path), 1):
            found = re.match(r'\s*#\s*include\s+(["<])([^">]+)', line)
            wrong = found and _check(path, may, found.group(1) == '"', found.group(2))
            if wrong:
                yield path, number, wrong
