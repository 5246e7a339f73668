#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real program on a real display, driven by keys and clicks and read through its accessibility
tree: smoke.py HEAPVIEW BASE CURRENT DIRECTORY."""
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the sources may be read-only
import source_profiles

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

heapview, base, current, directory = sys.argv[1:5]
WAIT = 30 * (4 if "SLOW" in os.environ else 1)


def until(what, probe):
    end = time.monotonic() + WAIT
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
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


def names(role=None):
    app = application()
    found = []
    for node in walk(app) if app else []:
        try:
            if role is None or node.get_role_name() == role:
                found.append(node.get_name() or "")
        except gi.repository.GLib.Error:
            continue
    return found


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
    for node in walk(app) if app else []:
        try:
            if node.get_role_name() == "image" and node.get_description():
                return node.get_name(), node.get_description()
        except gi.repository.GLib.Error:
            continue
    return None


def key(*keys):
    subprocess.run(["xdotool", "key", "--delay", "40", *keys], check=True)
    time.sleep(0.3)


def screenshot(name):
    path = os.path.join(directory, name)
    subprocess.run(["import", "-window", "root", path], check=True)
    return path


def colours(path):
    out = subprocess.run(["identify", "-format", "%k", path], check=True, capture_output=True, text=True)
    return int(out.stdout)


def start(*arguments):
    return subprocess.Popen([heapview, "--no-store", "--no-symbols", *arguments])


def source():
    """What is said of the source's line under the cursor."""
    app = application()
    for node in walk(app) if app else []:
        try:
            if node.get_name() == "Source" and node.get_description().startswith("line "):
                return node.get_description()
        except gi.repository.GLib.Error:
            continue
    return None


def focused_window():
    until("the application in the accessibility tree", application)
    until("the summary of the diff", lambda: any("what changed" in n.lower() for n in names("image")))
    found = until("the window", lambda: subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--all", "--pid", str(process.pid), "--name", "compared"],
        capture_output=True, text=True).stdout.split())[-1] # not a tooltip's
    subprocess.run(["xdotool", "windowfocus", "--sync", found], check=True)
    return found


process = start("--diff", base, current)
try:
    window = focused_window()
    all_names = names()
    for wanted in ("Open", "Compare", "Swap", "Growth", "Overlay", "Flame Graph", "Table"):
        expect(any(wanted in n for n in all_names), f"a control is called “{wanted}”")
    first = until("a selected frame", graph)
    expect("of all growth" in first[1], f"the selection says its share: {first}")

    before = screenshot("window-diff.png")
    expect(colours(before) > 50, "the picture is not blank")

    key("Up")
    above = graph()
    expect(above != first, f"Up moves to the caller: {above}")
    key("Return")
    zoomed = screenshot("window-zoomed.png")
    expect(open(before, "rb").read() != open(zoomed, "rb").read(), "Enter changes the picture")
    key("Escape", "Escape")
    expect(graph() is None or graph()[0] == "Flame graph", "Escape drops the selection")

    key("v")
    expect(until("the legend of the current view",
                 lambda: any("width = current" in n for n in names())), "v shows the current view")
    key("v", "v", "v")

    key("slash")
    subprocess.run(["xdotool", "type", "--delay", "40", "cache"], check=True)
    expect(until("the total of the search", lambda: any("of growth)" in n for n in names())),
           "a search says what it matched")
    found = screenshot("window-search.png")
    expect(open(before, "rb").read() != open(found, "rb").read(), "a search changes the picture")
    key("Escape")
    expect(until("the end of the search", lambda: not any("of growth)" in n for n in names())),
           "Escape ends the search")

    key("2")
    key("1")
    # A click on the second row of boxes: below header, bar and sentence.
    subprocess.run(["xdotool", "mousemove", "--window", window, "200", "262", "click", "1"], check=True)
    time.sleep(0.5)
    expect(until("a frame under the click", lambda: (graph() or ("Flame graph",))[0] != "Flame graph"),
           f"a click selects a frame: {graph()}")

    key("ctrl+w")
    process.wait(WAIT)
    expect(process.returncode == 0, "Ctrl+W ends it with status 0")

    # a dump whose program nobody has: the report of what is missing, by the button that says so
    missing = os.path.join(directory, "missing.heap")
    with open(missing, "w") as f:
        f.write("heap_v2/1\n  t*: 0: 0 [0: 0]\n@ 0x401101\n  t*: 3: 750 [0: 0]\n  t1: 2: 500 [0: 0]\n"
                "  t2: 1: 250 [0: 0]\n\nMAPPED_LIBRARIES:\n"
                "00400000-00500000 r-xp 00000000 08:01 11 /nowhere/bin/program\n")
    process = subprocess.Popen([heapview, "--no-store", missing])
    button = until("the button on missing symbols", lambda: node("No symbols: 100"))
    expect(any("All threads" in n for n in names()), "threads can be chosen")
    expect(any("Group by" in n for n in names()), "the grouping can be chosen")
    window = until("the window", lambda: subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--pid", str(process.pid)],
        capture_output=True, text=True).stdout.split())[-1]
    subprocess.run(["xdotool", "windowfocus", "--sync", window], check=True)
    key("g", "Down", "Down", "Down", "Down", "Return")
    expect(until("the grouping", lambda: any("By module ×" in n for n in names())), "g groups by module")
    button.get_action_iface().do_action(0)
    expect(until("the report", lambda: node("Locate the symbols of program")), "the button opens the report")
    expect(any("/nowhere/bin/program: No such file or directory" in n for n in names()),
           "the report says what was tried")
    screenshot("window-symbols.png")
    process.terminate()
    process.wait(WAIT)

    with tempfile.TemporaryDirectory() as folder:
        frontend = os.path.join(os.path.dirname(base), "frontend.c")
        process = start("--diff", *source_profiles.write(frontend, folder))
        window = focused_window()
        until("a selected frame", graph)
        key("ctrl+Return")
        grown = f"line {source_profiles.line_of(frontend, 'cache_insert')}: +300 MiB (base 20.0 MiB, current 320 MiB)"
        expect(until("the line that grew", lambda: (source() or "").startswith(grown)),
               f"Ctrl+Enter opens the source: {source()}")
        expect(any(n.endswith("/frontend.c") for n in names()), "the file's path is shown")
        screenshot("window-source.png")
        key("Down")
        expect(until("the line below", lambda: (source() or "").endswith(": nothing")),
               "the cursor tells what a line costs")
        key("1", "Up", "6")
        calls = f"line {source_profiles.line_of(frontend, 'handle')}: +300 MiB"
        expect(until("the caller's line", lambda: (source() or "").startswith(calls)),
               f"the caller's source is where it calls: {source()}")
        key("1")
        subprocess.run(["xdotool", "mousemove", "--window", window, "200", "230", "click", "--repeat", "2",
                        "--delay", "60", "1"], check=True)
        expect(until("the source again", source), f"a double click opens the source: {source()}")
        key("ctrl+w")
        process.wait(WAIT)
        expect(process.returncode == 0, "Ctrl+W ends it with status 0")

    process = start(os.path.join(directory, "no-such-file"))
    expect(until("the error page", lambda: any("could not be opened" in n for n in names())),
           "a missing file is said on a page")
    process.terminate()
    process.wait(WAIT)
    print("all ok")
finally:
    if process.poll() is None:
        process.kill()
