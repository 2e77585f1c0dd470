"""Every private name of Textual that the program uses, and for each part of it the source that it was tried with.

Textual may change a private name in any release. So each part that goes round Textual has a pin: the digest of the
source that it stands on. Where the installed source is another one, that part is left out, Textual's own does the work
(slower over a line, and with less regard for keys typed ahead), and the program says so once. A test holds that all
pins are those of the Textual that `pyproject.toml` names; taking a new Textual means comparing what a failing pin names
and then pinning it anew.

Outside this folder nobody uses a private name of Textual: what is needed there stands here as a function.
"""

import hashlib
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.driver import Driver
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection


@dataclass(frozen=True)
class Pin:
    """What a part of the program stands on: `module:name` of methods, or `module:` for a whole file, and their digest.

    `part` is what does Textual's way when the digest differs, in the words that a person is told.
    """

    part: str
    digest: str
    sources: tuple[str, ...]


PINS = {
    # `DiffDisplay` in the place of `App._display`, with `_batch_count`, `_closed`, `_driver`, `_running` and
    # `_previous_cursor_position` of the app.
    "display": Pin(
        "the display of changes alone",
        "adc829c01864cf34c23737347d388c521ded3bc313b728e934f5a12ed9d833ea",
        (
            "textual.app:App._display", "textual.app:App._begin_update", "textual.app:App._end_update",
            "textual._compositor:LayoutUpdate.__init__", "textual._compositor:ChopsUpdate.__init__",
            "textual._compositor:ChopsUpdate.render_segments",
        ),
    ),
    # `NarrowCompositor`, with `_dirty_regions`, and its place, the screen's `_compositor`.
    "compositor": Pin(
        "drawing few lines",
        "7e91b1ab416b52c327f91013b924366d68b4c5b8fe38baecec188461b354a07b",
        (
            "textual._compositor:Compositor._get_renders", "textual._compositor:Compositor._render_chops",
            "textual._compositor:Compositor.render_partial_update", "textual._compositor:Compositor.cuts",
            "textual._compositor:Compositor._regions_to_spans", "textual._compositor:ChopsUpdate.__init__",
            "textual._compositor:ChopsUpdate.__rich_console__", "textual._compositor:ChopsUpdate.render_segments",
            "textual.screen:Screen.__init__",
        ),
    ),
    "draw_now": Pin(
        "drawing at once",
        "9b4a53e239b58d65d095a507d9af7eee10b4ab5ac3247fdc6a44c8a041a4b189",
        (
            "textual.screen:Screen._on_timer_update", "textual.widget:Widget._check_refresh",
            "textual.app:App._end_batch", "textual.dom:DOMNode.__init__", "textual._node_list:NodeList.__init__",
        ),
    ),
    # `LeavingDriver`: the file that the thread writes to, and that it is there.
    "line": Pin(
        "leaving a dead line",
        "8f5467efa75e7836b3d2ec8654b3ad916e8d5f2b3e2673f9753ad70495092f17",
        (
            "textual.drivers.linux_driver:LinuxDriver.__init__", "textual.drivers.linux_driver:LinuxDriver.write",
            "textual.drivers.linux_driver:LinuxDriver._sigtstp_application",
            "textual.drivers.linux_driver:LinuxDriver.stop_application_mode", "textual.drivers._writer_thread:",
        ),
    ),
    # `EscapeDriver` and its parser.
    "driver": Pin(
        "reading the keys",
        "3be38f92bff9da0232ccdd68ae75c50a3ba5b9f3e78e60c1a015a8ec998a52d2",
        (
            "textual.driver:Driver.__init__", "textual.driver:Driver.send_message",
            "textual.drivers.linux_driver:LinuxDriver.start_application_mode",
            "textual.drivers.linux_driver:LinuxDriver.disable_input",
            "textual.drivers.linux_driver:LinuxDriver._run_input_thread",
            "textual.drivers.linux_driver:LinuxDriver.run_input_thread",
            "textual.drivers.linux_driver:LinuxDriver._enable_mouse_support",
            "textual.drivers.linux_driver:LinuxDriver._disable_mouse_support",
            "textual.drivers.linux_driver:LinuxDriver.process_message",
            "textual._xterm_parser:", "textual._parser:", "textual._ansi_sequences:",
        ),
    ),
    # `KeyQueue`: what a pump has still to do, and whether it is there.
    "keys": Pin(
        "the order of keys typed ahead",
        "da1804b60e8c7f4609752303e1eba618874eb35b6e752fe0e097a1f9e957ff4c",
        (
            "textual.message_pump:MessagePump.__init__", "textual.message_pump:MessagePump._process_messages_loop",
            "textual.message_pump:MessagePump._get_message", "textual.message_pump:MessagePump._close_messages",
            "textual.message_pump:MessagePump.post_message", "textual.message_pump:MessagePump._parent",
            "textual.app:App.on_event", "textual.app:App.exit", "textual.app:App._press_keys",
            "textual.screen:Screen._invoke_and_clear_callbacks", "textual.dom:DOMNode.__init__",
            "textual._node_list:NodeList.__init__",
        ),
    ),
    # A key handled where it is read: `at_once` and `drawn_at_the_end`.
    "at_once": Pin(
        "handling keys at once",
        "142161fd5643a66706d229a7c6cd692bd61b89de2dc5f035a86d589cd103b2f6",
        (
            "textual.message_pump:MessagePump._process_messages", "textual.message_pump:MessagePump.check_idle",
            "textual.message_pump:MessagePump._dispatch_message", "textual.message_pump:MessagePump.call_next",
            "textual.message_pump:MessagePump.__init__", "textual.message_pump:MessagePump._get_message",
            "textual.widget:Widget._check_refresh", "textual.widget:Widget.refresh", "textual.app:App.on_event",
            "textual.app:App._check_bindings", "textual.screen:Screen._binding_chain", "textual._context:",
        ),
    ),
    "bindings": Pin(
        "the keys of the settings",
        "eebe3a2808698de48acc2a4dd7ef16b129a58f8727eed4666951bb06dd195d7d",
        ("textual.dom:DOMNode.__init__", "textual.screen:Screen._binding_chain", "textual.app:App._check_bindings"),
    ),
    "input": Pin(
        "the cursor in a field",
        "dbeba5ddc56471d7b11c0f930afd134d5ebb71db92dc4c75b143a740245c48e5",
        (
            "textual.widgets:Input.replace", "textual.widgets:Input._watch_value",
            "textual.widgets:Input._watch_selection", "textual.widgets:Input._position_to_cell",
            "textual.widgets:Input._cell_offset_to_index", "textual.widgets:Input._on_key",
            "textual.widgets:Input._on_paste",
        ),
    ),
    "arrangement": Pin(
        "placing a field",
        "a10cd32f77ce312c2c8cbd6ee01a36acf4488828c213991f51a901a6a75bf02d",
        ("textual.widget:Widget._clear_arrangement_cache", "textual.widget:Widget._refresh_scroll"),
    ),
    "screens": Pin(
        "leaving all screens",
        "caf5a619b771c6d8716f328fe1308041a3d547685281b29c011ecb25e8b592f1",
        (
            "textual.app:App._screen_stack", "textual.app:App._replace_screen", "textual.app:App.switch_screen",
            "textual.screen:Screen._pop_result_callback",
        ),
    ),
    "fault": Pin(
        "ending on a fault",
        "49808c2ef224d22d9aaf73b93f52ad4a14c734ce1f2da81dc80c19741ba4e66d",
        (
            "textual.app:App._handle_exception", "textual.app:App._fatal_error",
            "textual.message_pump:MessagePump._close_messages_no_wait",
        ),
    ),
}  # fmt: skip

_kept: dict[str, bool] = {}
_files: dict[str, list[str]] = {}
_at_once: list[Any] | None = None
"""The widgets that asked to be drawn while a key is handled at once; None while none is."""
_spare_bindings: WeakKeyDictionary[DOMNode, BindingsMap] = WeakKeyDictionary()


# The pins


def kept(name: str) -> bool:
    """Whether what the part of that name in `PINS` stands on is installed; looked at once."""
    if name not in _kept:
        _kept[name] = digest(PINS[name]) == PINS[name].digest
    return _kept[name]


def differing() -> tuple[str, ...]:
    """One sentence when any part does Textual's own way, else nothing."""
    parts = [pin.part for name, pin in PINS.items() if not kept(name)]
    _files.clear()
    if not parts:
        return ()
    return (f"This Textual is not the one Keywork was tried with; it does in its own way: {', '.join(parts)}.",)


def digest(pin: Pin) -> str:
    """SHA-256 of a pin's sources as they are installed; empty where one of them is not there."""
    found = hashlib.sha256()
    try:
        for source in pin.sources:
            found.update(_source(source).encode())
    except (ImportError, AttributeError, OSError):
        return ""
    return found.hexdigest()


def _source(source: str) -> str:
    """The lines of a method, or of a whole file. By hand: `inspect` takes ten times as long, at every start."""
    module, _, name = source.partition(":")
    holder: Any = importlib.import_module(module)
    path = str(holder.__file__)
    code: Any = None
    if name:
        for part in name.split("."):
            holder = getattr(holder, part)
        code = getattr(holder, "fget", holder).__code__
        path = code.co_filename
    if path not in _files:
        _files[path] = Path(path).read_text(encoding="utf-8").splitlines()
    lines = _files[path]
    if code is None:
        return "\n".join(lines)
    first = end = code.co_firstlineno - 1
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    end += 1
    # Up to the next line that stands no deeper, but for what follows a decorator and the end of the parameters.
    while end < len(lines) and (
        not lines[end].strip()
        or lines[end].startswith(f"{indent} ")
        or lines[end].startswith(f"{indent})")
        or lines[end - 1].startswith(f"{indent}@")
    ):
        end += 1
    return "\n".join(lines[first:end]).rstrip()


# What is used outside this folder, and by several in it


def driver_of(app: App[Any]) -> Driver | None:
    """The driver of an app that runs in a terminal, or is tested."""
    return getattr(app, "_driver", None)


def add_bindings(node: DOMNode, bindings: Iterable[Binding]) -> None:
    """Give one app or screen bindings of its own; those of a class are made before the settings are read."""
    own = BindingsMap(bindings)
    if kept("bindings"):
        node._bindings = BindingsMap.merge([node._bindings, own])
    else:
        _spare_bindings[node] = own


async def run_spare_binding(app: App[Any], key: str) -> bool:
    """Where Textual's own way with bindings is not known: do what those of `add_bindings` say of a key."""
    for node in (app.screen, app):
        for binding in _spare_bindings.get(node, BindingsMap()).key_to_bindings.get(key, ()):
            return bool(await app.run_action(binding.action, node))
    return False


def bindings_of(widget: Widget, key: str) -> Iterable[Binding]:
    """What a widget's own class says of a key."""
    if kept("bindings"):
        return widget._bindings.key_to_bindings.get(key, ())
    return BindingsMap(widget.BINDINGS).key_to_bindings.get(key, ())


def draw_narrowly(screen: Screen[Any]) -> None:
    """Have a screen draw those lines alone that have changed."""
    if kept("compositor"):
        from tui.terminal.compositor import NarrowCompositor  # it names what another Textual may not have

        screen._compositor = NarrowCompositor()


def draw_now(screen: Screen[Any]) -> None:
    """Draw what has changed at once; when something is to be laid out, it comes as usual.

    Textual sends each changed widget an idle message, that one the screen, and the screen waits for a timer: a tenth of
    what a typed character costs.
    """
    if not kept("draw_now") or not screen.is_current or screen.app._batch_count:
        return
    changed = [each for each in on_screen(screen)[1:] if each._repaint_required]
    if any(each._layout_required or each._scroll_required for each in (screen, *changed)):
        return
    for each in changed:
        each._repaint_required = False
        if each.display:
            screen._dirty_widgets.add(each)
    screen._on_timer_update()


def drawn_at_the_end(widget: Widget) -> None:
    """Have a widget that a key changes while it is handled `at_once` ask for nothing more once that was drawn.

    Textual sends it an idle message for that, and wakes its queue: for a typed character that is three of each.
    """
    if not kept("at_once"):
        return
    ask = widget.check_idle

    def check_idle() -> None:
        if _at_once is None:
            ask()
        else:
            _at_once.append(widget)

    vars(widget)["check_idle"] = check_idle


def at_once(pump: MessagePump, handle: Callable[[], None]) -> None:
    """Do what a message to `pump` would have it do, here and now. Ask for it while the pump waits for its next message.

    What `handle` leaves undone asks for it at the end.
    """
    from textual._context import active_message_pump  # another Textual may not have it

    global _at_once
    asking: list[Any] = []
    (before, _at_once), token = (_at_once, asking), active_message_pump.set(pump)
    try:
        handle()
    finally:
        _at_once = before
        active_message_pump.reset(token)
        for widget in dict.fromkeys(asking):
            drawing = widget._repaint_required or widget._layout_required or widget._scroll_required
            if drawing or widget._refresh_styles_required or widget._next_callbacks:
                widget.check_idle()


def on_screen(screen: Screen[Any]) -> list[Any]:
    """A screen and all widgets on it. Asked for with every key, so without the generators of Textual's own walk."""
    found: list[Any] = [screen]
    for each in found:
        found.extend(each._nodes._nodes)
    return found


def lay_out_now(screen: Screen[Any]) -> bool:
    """Lay out what is to be laid out on a screen; whether that was anything. Ask for it while `draw_now` is kept."""
    wanted = screen.is_current and (screen._layout_required or screen._scroll_required)
    if wanted:
        screen._on_timer_update()
    return wanted


def rearrange(widget: Widget) -> None:
    """Place a widget's children again in this very frame; `styles.offset` would lay out the screen in a second one."""
    if kept("arrangement"):
        widget._clear_arrangement_cache()
        widget._refresh_scroll()
    else:
        for child in widget.children:
            child.refresh(layout=True)


def replace_all_screens(app: App[Any], screen: Screen[Any]) -> None:
    """Put a screen in the place of all; none of those below comes up, reads or says anything in between."""
    if not kept("screens"):
        while len(app.screen_stack) > 2:
            app.pop_screen()
        app.switch_screen(screen)
        return
    below = app._screen_stack[1:-1]
    del app._screen_stack[1:-1]
    app.switch_screen(screen)
    for left in reversed(below):
        left._pop_result_callback()
        app.call_next(app._replace_screen, left)


def bring_to_top(app: App[Any], screen: Screen[Any]) -> None:
    """Have a screen that lies under others come up as it is, over them; else they are left."""
    if not kept("screens"):
        while app.screen is not screen:
            app.pop_screen()
        return
    app._screen_stack.remove(screen)
    screen._pop_result_callback()
    app.push_screen(screen)


def fault_of(app: App[Any]) -> Exception | None:
    """What went wrong inside an app, if that ended it."""
    return getattr(app, "_exception", None)


def end_at_once(app: App[Any]) -> None:
    """End an app that has failed: no further message is handled."""
    if kept("fault"):
        app._close_messages_no_wait()
    else:
        app.exit(return_code=1)


def count_cells(field: Input, cell_of: Callable[[int], int], index_at: Callable[[int], int]) -> None:
    """Have an input count its cells as they are drawn: where a character stands, and which one stands at a cell."""
    if kept("input"):
        vars(field).update(_position_to_cell=cell_of, _cell_offset_to_index=index_at)


def put_value(field: Input, value: str, cursor: int) -> bool:
    """Put a value and a cursor into an input; False where that is not known, and the input's own `replace` does it.

    Input sets one after the other, and each sets off watchers for what is not used here: validation, suggestions, a
    selection made with the mouse elsewhere.
    """
    if kept("input"):
        field.set_reactive(Input.value, value)
        field.set_reactive(Input.selection, Selection.cursor(cursor))
        field._initial_value = False
    return kept("input")
