#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What who does not see the window is told of it: accessible.py HEAPVIEW BASE CURRENT DIRECTORY.

Every control has a name, the flame graph's description follows the keyboard, and the table of calls
holds what the flame graph holds."""
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True  # the sources may be read-only
import screen
from screen import answers, expect, focus, graph, key, names, node, until

heapview, base, current, screen.directory = sys.argv[1:5]
recording = os.path.join(os.path.dirname(base), "frontend.zst")

CONTROLS = {
    "button", "push button", "toggle button", "check box", "radio button", "switch", "slider", "spin button",
    "entry", "password text", "text", "combo box", "list", "list box", "list item", "table", "tree table", "tree",
    "table row", "menu", "menu item", "check menu item", "radio menu item", "page tab", "progress bar", "link",
}
# libadwaita 1.2 makes these itself, in windows of preferences, and gives no way to name them.
ADWAITA = {("page tab", "GtkLabel"), ("entry", "GtkSearchEntry"), ("push button", "GtkImage"), ("list", "GtkListBox")}

# What GTK 4.8 says of a widget nobody named: its C type.
TYPE = re.compile(r"^(Gtk|Adw|Hv)[A-Z]\w*$")


def states(node):
    return {state.value_nick for state in node.get_state_set().get_states()}


def above(node, n):
    while n and (node := node.get_parent()):
        yield node
        n -= 1


def unnamed(node, theirs=()):
    role, name = node.get_role_name(), node.get_name() or ""
    if role not in CONTROLS or (name and not TYPE.match(name)):
        return None
    around = [n for n in (node, *above(node, 40)) if n.get_role_name() != "application"]
    if "sensitive" not in states(node) or any("visible" not in states(n) for n in around):
        return None
    # libadwaita's own button in a tab: there is no way to name it, and it is described
    if (role, name) in theirs or node.get_description() == "Close Tab":
        return None
    # the list of its rows that choose, too
    if theirs and role.startswith("list") and any(n.get_role_name() == "combo box" for n in above(node, 5)):
        return None
    where = [f"{n.get_role_name()} “{n.get_name()}”" for n in above(node, 6)]
    return f"{role} “{name}” in {' in '.join(where)}"


def named(where, theirs=()):
    """All controls there now have names; how many there are."""
    n = len(answers(lambda node: True if node.get_role_name() in CONTROLS else None))
    without = answers(lambda node: unnamed(node, theirs))
    for each in without:
        print("unnamed:", each)
    expect(n > 5 and not without, f"{where}: each of {n} controls has a name")


def start(*arguments, options=("--no-store", "--no-symbols")):
    screen.start(heapview, *options, *arguments)
    until("the application in the accessibility tree", screen.application)


def end():
    screen.process.terminate()
    screen.process.wait(screen.WAIT)


def active(page):
    def probe():
        return any(answers(lambda n: True if n.get_name() == page and states(n) & {"pressed", "checked"} else None))
    return probe


def page(keys, tab):
    key(keys)
    until(f"the page {tab}", active(tab))
    named(tab)


def moment():
    """What the timeline says of the moment it stands at."""
    return answers(lambda n: n.get_description() or None if n.get_name() == "Timeline" else None)


def wait_for_table(name):
    return until(f"the table {name}",
                 lambda: answers(lambda n: n if n.get_role_name() == "tree table" and n.get_name() == name else None))


def rows(table):
    """Names of the rows of calls, with what is said of each; the root and titles left out."""
    found = {}
    for node in screen.walk(table):
        if node.get_role_name() == "table row" and (node.get_name() or "").count(",") > 1:
            first, rest = node.get_name().split(", ", 1)
            found.setdefault(first, rest)
    return found


try:
    # one profile, all its pages
    start(current)
    until("the summary", lambda: any("Findings" in n for n in names()))
    focus()
    named("Summary")
    page("1", "Flame Graph")
    key("Escape", "Escape", "Down")
    first = until("a frame", graph)
    key("Down")
    second = until("another frame", lambda: graph() if graph() != first else None)
    key("Down")
    third = until("a third frame", lambda: graph() if graph() != second else None)
    expect([first[0], second[0], third[0]] == ["main", "rt_poll", "handle"], f"Down leads to callees: {third[0]}")
    for at, told in enumerate((first, second, third), 1):
        expect(told[1].endswith(f"depth {at}") and " of all" in told[1] and "iB" in told[1],
               f"the description follows: {told}")
    key("Up")
    expect(until("the caller", lambda: graph() == second), "Up leads back to the caller")

    # the table has the flame graph's selection and state
    page("2", "Table")
    table = wait_for_table("Call tree")[0]
    selected = until("the selected row", lambda: answers(
        lambda n: n.get_name() if n.get_role_name() == "table row" and "selected" in states(n) else None))
    expect(any(n.startswith("rt_poll, ") for n in selected), f"the graph's frame is the table's row: {selected}")
    before = rows(table)
    amount = second[1].split(",")[0]
    expect(amount in before["rt_poll"], f"of the same amount: {amount} in {before['rt_poll']}")
    expect("handle" in before and "cache_insert" in before, "the heaviest path is open")
    key("1", "Down", "Down")
    expect(until("cache_insert", lambda: (graph() or ("",))[0] == "cache_insert"), "Down to the widest callee")
    key("d")
    until("the chip", lambda: any("Dropped: cache_insert" in n for n in names()))
    after = until("the graph after it", lambda: graph() if graph() and graph()[0] == "handle" else None)
    key("2")
    until("the table without it", lambda: "cache_insert" not in rows(wait_for_table("Call tree")[0]))
    dropped = rows(wait_for_table("Call tree")[0])
    amount = after[1].split(",")[0]
    expect(amount in dropped["handle"] and amount not in before["handle"],
           f"after a transform both hold the same: {after[1]}; {dropped['handle']}")
    named("Table, transformed")

    page("3", "Butterfly")
    page("7", "Sites")
    page("6", "Source")
    key("1", "ctrl+f")
    named("search")
    key("Escape", "g")
    until("the groups", lambda: any("By module" in n for n in names()))
    named("the list of groups")
    key("Escape")
    key("1")
    key("shift+F10")
    until("the menu of the frame", lambda: any("Copy as SQL" in n.replace("_", "") for n in names()))
    named("the menu of a frame")
    key("Escape")
    key("F10")
    until("the main menu", lambda: any("About heapview" in n.replace("_", "") for n in names()))
    named("the main menu")
    key("Escape")
    # each a window of its own
    for shortcut, title, words in (("ctrl+d", "Compare", "Base (before)"), ("F1", "Help", "What Is Counted"),
                                   ("ctrl+comma", "Preferences", "Units of memory")):
        focus("--name", "cur.heap")
        key(shortcut)
        until(words, lambda: words in names())
        named(title, () if title == "Compare" else ADWAITA)
        focus("--name", title)
        key("Escape")
        until(f"the end of {title}", lambda: words not in names())
    end()

    # two compared
    start("--diff", base, current)
    until("what changed", lambda: any("what changed" in n.lower() for n in names("image")))
    focus("--name", "compared")
    named("a diff")
    told = until("the largest growth", graph)
    key("Down", "Up", "Up")
    expect(until("its caller", lambda: graph() if graph() != told else None)[1].count("of all growth"),
           "of a diff too the description follows")
    told = graph()[0]
    key("2")
    named("the table of a diff")
    end()

    # a recording: its timeline
    start(recording)
    until("the summary", lambda: any("Findings" in n for n in names()))
    focus()
    told = until("the timeline", moment)
    for press in ("Home", "Right"):
        key("4", press)
        told = until(f"the moment after {press}", lambda: moment() if moment() not in ([], told) else None)
    key("shift+Right", "shift+Right")
    until("the range", lambda: "Show Only This Range" in names())
    named("Timeline with a range")
    key("Escape", "bracketleft", "n", "bracketright")
    until("two marks", lambda: any("Compare A with B" in n for n in names()))
    named("Timeline with marks")

    # the menu of a tab; libadwaita 1.2 gives the tab itself no role
    window = focus("--name", "frontend.zst")
    key("ctrl+t")
    until("a second tab", lambda: "New Tab" in names("label"))
    named("two tabs")
    screen.press(window, 200, 74, 3)
    until("the menu of the tab", lambda: any("Move to New Window" in n.replace("_", "") for n in names()))
    named("the menu of a tab")
    key("Escape")
    end()

    # what is missing, in a window of its own
    folder = tempfile.mkdtemp()
    bare = os.path.join(folder, "bare.heap")
    with open(bare, "w", encoding="utf-8") as f:
        f.write(screen.BARE)
    start(bare, options=("--no-store",))
    button = until("the button on missing symbols", lambda: node("No symbols: 100"))
    button.get_action_iface().do_action(0)
    until("the symbols", lambda: node("Locate the symbols of program"))
    named("missing symbols")
    focus("--name", "Missing Symbols")
    key("Escape")
    until("its end", lambda: not node("Locate the symbols of program"))
    end()

    # saved views: none, then one
    start(current, options=("--store", os.path.join(folder, "profiles.db"), "--no-symbols"))
    until("the summary", lambda: any("Findings" in n for n in names()))
    focus()
    key("ctrl+b")
    until("saved views", lambda: "Save as View" in names())
    named("saved views")
    key("m", "i", "n", "e", "Return")
    until("a saved view", lambda: "Delete “mine”" in names())
    named("one saved view")
    end()
    shutil.rmtree(folder)

    # nothing yet
    start()
    until("the start page", lambda: any("Compare Two" in n for n in names()))
    named("the start page")
    end()
    print("all ok")
finally:
    screen.end()
