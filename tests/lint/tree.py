"""The files of a checkout, read once, and C text without its comments and strings."""
import os
import re
import subprocess

_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
_SKIPPED = {"build", ".git", "__pycache__"}


class Tree:
    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.paths = sorted(p for p in self._list() if os.path.isfile(os.path.join(self.root, p)))
        self._text = {}
        self._code = {}

    def _list(self):
        if os.path.exists(os.path.join(self.root, ".git")):
            listed = subprocess.run(
                ["git", "-C", self.root, "ls-files", "-co", "--exclude-standard"],
                capture_output=True, text=True, check=True)
            return listed.stdout.split("\n")[:-1]
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders if f not in _SKIPPED]
            found += [os.path.relpath(os.path.join(folder, n), self.root) for n in names]
        return found

    def text(self, path):
        if path not in self._text:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
                self._text[path] = file.read()
        return self._text[path]

    def lines(self, path):
        return self.text(path).split("\n")

    def code(self, path):
        """C without comments, strings emptied, lines kept in place."""
        if path not in self._code:
            self._code[path] = _TOKEN.sub(_blank, self.text(path))
        return self._code[path]

    def comments(self, path):
        """(line number, text) of each line of each comment."""
        for match in _TOKEN.finditer(self.text(path)):
            if match.group().startswith("/"):
                first = self.text(path).count("\n", 0, match.start()) + 1
                for offset, line in enumerate(match.group().split("\n")):
                    yield first + offset, line

    def c_files(self, *folders):
        return [p for p in self.paths
                if p.endswith((".c", ".h")) and (not folders or p.startswith(folders))]

    def python_files(self):
        return [p for p in self.paths if p.endswith(".py") or self.shebang(p).endswith("python3")]

    def shell_files(self):
        return [p for p in self.paths if re.search(r"/(ba)?sh$", self.shebang(p))
                or p.endswith((".sh", ".bash"))]

    def shebang(self, path):
        if os.path.splitext(path)[1] not in ("", ".sh", ".py"):
            return ""
        first = self.text(path)[:80].split("\n")[0]
        return first if first.startswith("#!") else ""


def _blank(match):
    token = match.group()
    if token.startswith("/"):
        return "\n" * token.count("\n") or " "
    return token[0] + token[-1]
