"""Rules for the whole: the map in docs/ARCHITECTURE.md, links, spelling, scripts, the man page."""
import os
import re
import shutil
import subprocess

ARCHITECTURE = "docs/ARCHITECTURE.md"
# Every file of these is in the map; of tests/ every folder, and the files that are no tests.
_MAPPED = ("bot/", "plugins/", "include/", ".ci/", "tests/lint/")
_TOP = {"bot", "plugins", "include", "questions", "tests", "docs", "Makefile", "config.example",
        "README.md", "LICENSE", ".ci"}


def _mapped(tree):
    """path -> line number, from '### `folder/`' and '- `name`, `name`: what it is'."""
    folder, found = None, {}
    for number, line in enumerate(tree.lines(ARCHITECTURE), 1):
        heading = re.match(r"### `([^`]*/)`", line)
        item = re.match(r"- ((?:`[^`]+`(?:, )?)+): \S", line)
        if heading:
            folder = heading.group(1)
        elif line.startswith("#"):
            folder = None
        elif folder and item:
            for name in re.findall(r"`([^`]+)`", item.group(1)):
                found[folder + name] = number
    return found


def _wanted(tree):
    wanted = set()
    for path in tree.paths:
        if path.startswith(_MAPPED):
            wanted.add(path)
        elif path.startswith("tests/"):
            below = path.split("/")[1:]
            wanted.add("tests/" + (below[0] if len(below) == 1 else below[0] + "/"))
    return wanted


def file_map(tree):
    if ARCHITECTURE not in tree.paths:
        yield ARCHITECTURE, 1, "is missing; it holds the map of the files"
        return
    mapped, wanted = _mapped(tree), _wanted(tree)
    for path in sorted(wanted - set(mapped)):
        yield ARCHITECTURE, 1, "the map has no line for %s" % path
    for path in sorted(set(mapped) - wanted):
        if not os.path.exists(os.path.join(tree.root, path)):
            yield ARCHITECTURE, mapped[path], "the map names %s, which is not there" % path


def top_level(tree):
    for name in sorted({p.split("/")[0] for p in tree.paths}):
        if name not in _TOP and not (name.startswith(".") and name in tree.paths):
            yield name, 1, "does not belong at the top level"


def _link_targets(line):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
        if not re.match(r"[a-z]+:", target):
            yield target


def links(tree):
    """Relative links of Markdown files, and documents that anything names, are there."""
    for path in tree.paths:
        if path.endswith(".md"):
            for number, line in enumerate(tree.lines(path), 1):
                for target in _link_targets(line):
                    full = os.path.normpath(os.path.join(os.path.dirname(path), target))
                    if not os.path.exists(os.path.join(tree.root, full)):
                        yield path, number, "links to %s, which is not there" % target
        if path.endswith((".c", ".h", ".mk", ".py", "Makefile", ".example", ".1")):
            for number, line in enumerate(tree.lines(path), 1):
                for name in re.findall(r"\b((?:docs|tests|plugins|questions)/[A-Za-z]+\.md)\b", line):
                    if name not in tree.paths:
                        yield path, number, "names %s, which is not there" % name


def _run(tree, command):
    if not shutil.which(command[0]):
        return ["%s is missing: make deps-test installs it" % command[0]]
    done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True)
    return [line for line in (done.stdout + done.stderr).split("\n") if line] \
        if done.returncode else []


def scripts(tree):
    for path in tree.shell_files():
        shell = "bash" if "bash" in tree.shebang(path) or path.endswith(".bash") else "sh"
        for wrong in _run(tree, [shell, "-n", path]):
            yield path, 1, wrong


def man_page(tree):
    for path in tree.paths:
        if re.search(r"\.[1-9]$", path) and path.startswith("docs/"):
            for wrong in _run(tree, ["mandoc", "-T", "lint", "-W", "warning", path]):
                yield path, 1, wrong


def spelling(tree):
    """Documents, messages, questions, comments."""
    checked = [p for p in tree.paths if not p.startswith("tests/")  # misspelled on purpose, some
               and p.endswith((".md", ".c", ".h", ".json", ".py", ".chat", ".1", ".example", ".mk"))]
    words = os.path.join(tree.root, "tests/lint/words")
    ignore = ["-I", words] if os.path.exists(words) else []
    # In JSON and C an escaped line break would stick to the word after it.
    for wrong in _run(tree, ["codespell", "--ignore-regex", r"\\[nrt]", *ignore, *checked]):
        yield "spelling", 0, wrong
