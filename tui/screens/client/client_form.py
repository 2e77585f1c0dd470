"""The record form as the client screen uses it: says when its end is reached, lends its keys to the palette."""

from collections.abc import Callable, Mapping

from tui.form.record_form import RecordForm
from tui.form.record_model import RecordModel
from tui.screens.client.keys import form_keys


class ClientForm(RecordForm):
    """`on_end` is called when a key goes on from the last field; `on_undone` when there is nothing to take back."""

    def __init__(
        self,
        model: RecordModel,
        *,
        on_edit: Callable[[str], None],
        on_move: Callable[[str], None],
        on_command: Callable[[str], None],
        on_end: Callable[[], None],
        on_undone: Callable[[], None],
    ) -> None:
        keys: Mapping[str, str] = form_keys()
        super().__init__(model, on_edit=on_edit, on_move=on_move, on_command=on_command, keys=keys, id="form")
        self.on_end, self.on_undone = on_end, on_undone

    def do(self, name: str) -> None:
        """Do one of the form's own things by its name, as its key would."""
        before = self.model.current
        if name == "undo" and not self.codes.is_open and not self.model.history.past:
            self.on_undone()
            return
        (self._command_in_list if self.codes.is_open else self._command)(name)
        if name in ("forward", "down") and self.model.current == before and not self.codes.is_open:
            self.on_end()

    def press(self, key: str) -> bool:
        """What a key stands for, at once; False for a key that is the input's own."""
        if name := self.keys.get(key, ""):
            self.do(name)
        return bool(name)
