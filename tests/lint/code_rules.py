"""Rules for source text: sizes, names that must not be used, leftovers, comments at the top."""
import ast
import re

FILE_LINES = 500
FUNCTION_LINES = 60

_BANNED = {
    "strcpy": "snprintf", "strcat": "a struct buf", "strncpy": "snprintf", "strncat": "a struct buf",
    "stpcpy": "snprintf", "sprintf": "snprintf", "vsprintf": "vsnprintf", "gets": "getline",
    "atoi": "strtol", "atol": "strtol", "atoll": "strtoll", "atof": "strtod",
    "scanf": "getline", "fscanf": "getline",
    "system": "uv_spawn", "popen": "uv_spawn", "tmpnam": "mkdtemp", "tempnam": "mkdtemp",
    "mktemp": "mkdtemp", "strtok": "strtok_r", "alloca": "malloc", "rand": "random_next",
    "srand": "random_next", "random": "random_next", "ctime": "time_text", "asctime": "time_text",
    "gmtime": "gmtime_r", "localtime": "localtime_r", "strerror_l": "strerror",
}
_CLOCKS = r"\b(time|clock_gettime|gettimeofday|getrandom|clock|sleep|usleep|nanosleep)\s*\("
_ENDS = r"\b(exit|_exit|_Exit|abort|quick_exit)\s*\("
# Where input comes in an assertion would be on input.
_INPUT = ("bot/transport/", "bot/store/pack/", "bot/cli/", "bot/core/command.c",
          "bot/core/markdown.c", "bot/core/text.c", "bot/util/utf8.c", "bot/util/span.c")
_LEFT = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_TEXT = (".c", ".h", ".py", ".md", ".mk", ".chat", ".json", ".1", ".example", ".yml", "")


def _calls(tree, path, pattern):
    for number, line in enumerate(tree.code(path).split("\n"), 1):
        for found in re.finditer(pattern, line):
            yield number, found.group(1)


def banned(tree):
    names = r"(?<![\w.>])(%s|irc_color_convert_\w+)\s*\(" % "|".join(_BANNED)
    for path in tree.c_files():
        for number, name in _calls(tree, path, names):
            yield path, number, "%s() is banned; use %s" % (
                name, _BANNED.get(name, "the text model"))
        if path.startswith(("bot/", "plugins/", "include/")):
            for number, name in _calls(tree, path, r"\b(sscanf)\s*\("):
                yield path, number, "sscanf() is banned; use strtol"
        if path.startswith("bot/core/"):
            for number, name in _calls(tree, path, r"(?<![\w.>])" + _CLOCKS):
                yield path, number, "%s() in the core; time and chance come in with events" % name
        if path.startswith("bot/") and path != "bot/main.c":
            for number, name in _calls(tree, path, r"(?<![\w.>])" + _ENDS):
                yield path, number, "%s(): nothing below main ends the process" % name
        if path.startswith(_INPUT):
            for number, name in _calls(tree, path, r"\b(assert)\s*\("):
                yield path, number, "an assertion where input comes in; return an error"


def _c_functions(tree, path):
    """(line, length): with this style a body's braces stand alone in the first column."""
    first = None
    for number, line in enumerate(tree.code(path).split("\n"), 1):
        if line.startswith("{"):
            first = number
        elif line.startswith("}") and first:
            yield first, number - first + 1
            first = None


def _python_functions(tree, path):
    for node in ast.walk(ast.parse(tree.text(path))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def sizes(tree):
    python = tree.python_files()
    for path in tree.c_files() + python + tree.shell_files():
        length = len(tree.lines(path)) - 1
        if length > FILE_LINES:
            yield path, length, "%d lines; a file is one idea in at most %d" % (length, FILE_LINES)
    for path in tree.c_files() + python:
        functions = _python_functions if path in python else _c_functions
        for line, length in functions(tree, path):
            if length > FUNCTION_LINES:
                yield path, line, "a function of %d lines; at most %d" % (length, FUNCTION_LINES)


def leftovers(tree):
    for path in tree.paths:
        if not path.endswith(_TEXT) or path.startswith(("tests/fuzz/corpus/", "tests/data/")):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            if _LEFT.search(line):
                yield path, number, "%s: do it or leave it" % _LEFT.search(line).group()
    for path in tree.c_files():
        for number, line in tree.comments(path):
            if line.startswith("//"):
                yield path, number, "comments are written /* so */"
            elif path.endswith(".c") and re.search(r"(\w\(.*\)|\w\s*=[^=].*|\breturn\b.*|\bbreak)\s*;\s*(\*/)?\s*$", line):
                yield path, number, "commented-out code"
        for number, line in enumerate(tree.code(path).split("\n"), 1):
            if re.match(r"\s*#\s*if\s+0\b", line):
                yield path, number, "commented-out code"


def opening_comments(tree):
    """A header says what it is for; so does a source file that has no header of its own."""
    for path in tree.c_files():
        alone = path.endswith(".h") or path[:-1] + "h" not in tree.paths
        if alone and not tree.text(path).startswith("/*"):
            yield path, 1, "begins without a comment that says what the file is for"
    for path in tree.python_files():
        if not ast.get_docstring(ast.parse(tree.text(path))):
            yield path, 1, "begins without a docstring that says what the file is for"


def white_space(tree):
    for path in tree.c_files() + tree.python_files() + tree.shell_files():
        for number, line in enumerate(tree.lines(path), 1):
            if line != line.rstrip() or "\t" in line:
                yield path, number, "tab, carriage return or space at the end"
        if not tree.text(path).endswith("\n"):
            yield path, len(tree.lines(path)), "the last line has no end"
