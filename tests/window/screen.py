# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the real program share: it is started, driven by xdotool, and read through its
accessibility tree."""
import os
import shutil
import subprocess
import sys
import time


def skip(why):
    print("SKIP:", why)
    sys.exit(77)


try:
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi
except (ImportError, ValueError) as error:
    skip(f"no Python bindings of AT-SPI: {error}")
for tool in ("xdotool", "import", "identify"):
    if not shutil.which(tool):
        skip(f"no {tool} here")

WAIT = 30 * (4 if "SLOW" in os.environ else 1)
# A dump whose program nobody has.
BARE = """heap_v2/1
  t*: 0: 0 [0: 0]
@ 0x401101
  t*: 3: 750 [0: 0]
  t1: 2: 500 [0: 0]
  t2: 1: 250 [0: 0]

MAPPED_LIBRARIES:
00400000-00500000 r-xp 00000000 08:01 11 /nowhere/bin/program
"""

process = None    # the program that runs
directory = "."   # for pictures


def start(heapview, *arguments):
    global process
    process = subprocess.Popen([heapview, *arguments])
    return process


def end():
    if process and process.poll() is None:
        process.kill()


def until(what, probe):
    deadline = time.monotonic() + WAIT
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            fail(f"waited {WAIT} s for {what}")
        if process.poll() is not None:
            fail(f"heapview ended with {process.returncode} while waiting for {what}")
        time.sleep(0.1)


def fail(why):
    print("FAIL:", why)
    screenshot("window-failed.png")
    process.kill()
    sys.exit(1)


def expect(truth, why):
    if not truth:
        fail(why)
    print("ok:", why)


def application():
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(i)
        if child and child.get_process_id() == process.pid:
            return child
    return None


def walk(node, depth=0):
    if node is None or depth > 40:
        return
    yield node
    for i in range(min(node.get_child_count(), 400)):
        try:
            child = node.get_child_at_index(i)
        except gi.repository.GLib.Error:
            continue
        yield from walk(child, depth + 1)


def answers(ask):
    """What `ask` says of each node that is still there."""
    app = application()
    found = []
    for each in walk(app) if app else []:
        try:
            answer = ask(each)
        except gi.repository.GLib.Error:
            continue
        if answer is not None:
            found.append(answer)
    return found


def names(role=None):
    return answers(lambda n: (n.get_name() or "") if role in (None, n.get_role_name()) else None)


def node(name):
    """The first control whose name has `name` in it."""
    app = application()
    for found in walk(app) if app else []:
        try:
            if name in (found.get_name() or "") and found.get_action_iface():
                return found
        except gi.repository.GLib.Error:
            continue
    return None


def graph():
    """Name and description of the flame graph: the image that is neither bar nor curve."""
    app = application()
    for found in walk(app) if app else []:
        try:
            if found.get_role_name() == "image" and found.get_description():
                return found.get_name(), found.get_description()
        except gi.repository.GLib.Error:
            continue
    return None


def key(*keys):
    subprocess.run(["xdotool", "key", "--delay", "40", *keys], check=True)
    time.sleep(0.3)


def press(window, x, y, button):
    subprocess.run(["xdotool", "mousemove", "--window", window, str(x), str(y), "click", str(button)], check=True)
    time.sleep(0.3)


def focus(*search):
    """The program's window that xdotool finds so has the keys; the last one, not a tooltip's."""
    window = until("the window", lambda: subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--all", "--pid", str(process.pid), *search],
        capture_output=True, text=True).stdout.split())[-1]
    subprocess.run(["xdotool", "windowfocus", "--sync", window], check=True)
    return window


def screenshot(name):
    path = os.path.join(directory, name)
    subprocess.run(["import", "-window", "root", path], check=True)
    return path


def colours(path):
    out = subprocess.run(["identify", "-format", "%k", path], check=True, capture_output=True, text=True)
    return int(out.stdout)
