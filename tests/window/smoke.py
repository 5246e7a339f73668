#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real program on a real display, driven by keys and clicks and read through its accessibility
tree: smoke.py HEAPVIEW BASE CURRENT DIRECTORY."""
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the sources may be read-only
import screen
import source_profiles
from screen import WAIT, application, answers, colours, expect, focus, graph, key, names, node, screenshot, until

heapview, base, current, screen.directory = sys.argv[1:5]
directory = screen.directory


def start(*arguments):
    return screen.start(heapview, "--no-store", "--no-symbols", *arguments)


def source():
    """What is said of the source's line under the cursor."""
    lines = answers(lambda n: n.get_description() if n.get_name() == "Source" else None)
    return next((line for line in lines if line.startswith("line ")), None)


def focused_window():
    until("the application in the accessibility tree", application)
    until("the summary of the diff", lambda: any("what changed" in n.lower() for n in names("image")))
    return focus("--name", "compared")


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

    # the report of what is missing, by the button that says so
    missing = os.path.join(directory, "missing.heap")
    with open(missing, "w") as f:
        f.write(screen.BARE)
    process = screen.start(heapview, "--no-store", missing)
    button = until("the button on missing symbols", lambda: node("No symbols: 100"))
    expect(any("All threads" in n for n in names()), "threads can be chosen")
    expect(any("Group by" in n for n in names()), "the grouping can be chosen")
    window = focus()
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
    screen.end()
