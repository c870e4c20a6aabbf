"""The run that the window shows: its session, its recipe, and what may be undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from ganstudio.recipe import (
    Recipe,
    differences,
    find_field,
    needs_restart,
    with_value,
)
from ganstudio.session.looking_only import why_only
from ganstudio.session.messages import (
    Command,
    Event,
    Pause,
    Run,
    SetPace,
    State,
    Step,
    Tier,
    Tweak,
    Update,
    UseTier,
)
from ganstudio.studio.edits import (
    MOST_EDITS,
    Edit,
    filled_in,
    phrase,
    value_at,
    value_text,
    with_if_allowed,
)
from ganstudio.studio.outbox import Outbox
from ganstudio.studio.paths import new_run_folder

SessionFactory = Callable[[Recipe | None, Path | None], Any]
CLOSE_PATIENCE = 120  # tries of a second each before a worker that does not end is given up
HURRY_MS = 5
HURRY_POLLS = 200
"""After a press that stops training the answer is looked for this often, and so many times."""


def real_session(recipe: Recipe | None, folder: Path | None) -> Any:
    """The session of the program itself; torch is not imported here but in its thread."""
    from ganstudio.session.session import Session
    return Session(recipe, folder)


class RunController(QObject):
    """Owns the session. No widgets here.

    ``recipe`` is what the form shows; ``running`` is what the trainer has; ``base`` is what the
    run started from. ``waiting`` holds live changes that were sent and are not yet in force;
    ``pending`` are changed fields that only a restart takes up.
    """

    opened = Signal()
    closed = Signal()
    ready = Signal(object)
    updated = Signal(object)
    happened = Signal(object)
    recipe_changed = Signal()
    state_changed = Signal(str)
    going_changed = Signal(bool)

    def __init__(self, factory: SessionFactory | None = None,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.factory = factory or real_session
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(MOST_EDITS)
        self.session: Any = None
        self.recipe: Recipe | None = None
        self.running: Recipe | None = None
        self.base: Recipe | None = None
        self.folder: Path | None = None
        self.waiting: dict[str, Any] = {}
        self.dragged = False
        """Whether the last edit was part of a gesture, so that more may follow at once."""
        self.state = State.CLOSED
        self.is_ready = False
        self.going = False
        """Whether training is what the person wants: known at once, before the worker obeys."""
        self.pace: float | None = None
        self.tier: Tier = "auto"
        self.computing = ("", "")
        """The tier of the last steps, and why it is not the faster one."""
        self.read_only = False
        """Whether the run is open to be looked at only; ``looked_why`` says why."""
        self.looked_why = ""
        self.free = False
        """Whether a run that is looked at could be trained here by now."""
        self._compared: tuple[Recipe | None, Recipe | None, tuple[str, ...]] = None, None, ()
        """Two recipes, and which differences of theirs need a restart: asked for often."""
        self._outbox = Outbox(self._change, self)
        self._then: Callable[[], None] | None = None
        self._closing = QTimer(self)
        self._closing.setInterval(15)
        self._closing.timeout.connect(self._try_close)
        self._hurry = QTimer(self)
        self._hurry.setInterval(HURRY_MS)
        self._hurry.timeout.connect(self._poll_in_a_hurry)
        self._hurried = 0

    # ---- opening and closing ---------------------------------------------------------------------

    def start(self, recipe: Recipe, run: bool = True) -> None:
        """Close what is open, then begin a fresh run of this recipe."""
        self.undo_stack.clear()
        self._when_closed(lambda: self._begin(recipe, recipe, new_run_folder(recipe.name), run))

    def resume(self, folder: Path) -> None:
        """Close what is open, then open a run folder where it stopped, paused."""
        self.undo_stack.clear()
        self._when_closed(lambda: self._begin(None, None, folder, False))

    def look(self, folder: Path) -> None:
        """Close what is open, then open a run folder to be looked at only."""
        self.undo_stack.clear()
        self.looked_why = why_only(folder)
        self._when_closed(lambda: self._begin(None, None, folder, False, read_only=True))

    def restart(self) -> None:
        """A fresh run in a new folder with the recipe as shown; paused if this one is."""
        recipe, base = self.recipe, self.base
        if recipe is None:
            return
        run = self.going or self.state is State.FAILED
        self._when_closed(
            lambda: self._begin(recipe, base, new_run_folder(recipe.name), run))

    def _begin(self, recipe: Recipe | None, base: Recipe | None, folder: Path, run: bool,
               read_only: bool = False) -> None:
        self.session = self.factory(recipe, folder)
        self.session.read_only = self.read_only = read_only
        self.free = False
        self.recipe = self.running = recipe or self.session.recipe
        self.base = base or self.recipe
        self.folder = folder
        self.waiting.clear()
        self.is_ready = False
        self._set_state(State.PREPARING)
        self.session.start()
        self.send(SetPace(self.pace))
        if self.tier != "auto":
            self.send(UseTier(self.tier))
        if run:
            self.run()
        self.opened.emit()
        self.recipe_changed.emit()

    def _when_closed(self, then: Callable[[], None]) -> None:
        if self.session is None:
            then()
            return
        self._then = then
        self._try_close()
        if self._then is not None:  # it is not closed yet
            self._closing.start()

    def _try_close(self) -> None:
        if self.session is not None and not self.session.close(timeout=0):
            return
        self._forget()
        then, self._then = self._then, None
        if then is not None:
            then()

    def leave(self, then: Callable[[], None] | None = None) -> None:
        """Close the run without waiting in place; ``then`` is called when it is closed."""
        self._when_closed(then or (lambda: None))

    def close_now(self) -> bool:
        """Close the run and wait for its thread; False if it never ended."""
        self._closing.stop()
        self._then = None
        for _ in range(CLOSE_PATIENCE):
            if self.session is None or self.session.close(timeout=1.0):
                self._forget()
                return True
        return False

    def _forget(self) -> None:
        self._closing.stop()
        self._hurry.stop()
        if self.session is None:
            return
        self.session = None
        self.is_ready = False
        self.waiting.clear()
        self._outbox.clear()
        self._set_going(False)
        self._set_state(State.CLOSED)
        self.closed.emit()

    # ---- talking with the session ----------------------------------------------------------------

    def send(self, command: Command) -> None:
        """Hand a command to the session, if there is one."""
        if self.session is not None:
            self._outbox.flush()  # what was set before holds before
            self.session.send(command)

    def set_pace(self, pace: float | None) -> None:
        """Steps a second, or None for flat out; kept for later runs too."""
        self.pace = pace
        self.send(SetPace(pace))

    def set_tier(self, tier: Tier) -> None:
        """How steps are computed (see ``UseTier``); kept for later runs too."""
        self.tier = tier
        self.send(UseTier(tier))

    def poll(self) -> Update | None:
        """Take in what is new and pass it on."""
        if self.session is None:
            return None
        update: Update = self.session.poll()
        if update.info is not None:
            self.is_ready = True
            self._learn_recipe()
            self.ready.emit(update.info)
        if any(event.kind == "tweaked" for event in update.events):
            self._confirm()  # once, however many there are
        for event in update.events:
            self._react(event)
        self.computing = update.status.tier, update.status.tier_why
        self._set_state(update.status.state)
        self.updated.emit(update)
        return update

    def _in_a_hurry(self) -> None:
        """Look for the answer to a press sooner than the window's own timer would."""
        if self.state is State.RUNNING:
            self._hurried = 0
            self._hurry.start()

    def _poll_in_a_hurry(self) -> None:
        self._hurried += 1
        self.poll()
        if self.state is not State.RUNNING or self._hurried >= HURRY_POLLS:
            self._hurry.stop()

    def _learn_recipe(self) -> None:
        """Take over what only the prepared run knows: a resumed recipe, the number of threads."""
        settled: Recipe = self.session.recipe
        if self.recipe is None or self.running is None or self.base is None:
            self.recipe = self.running = self.base = settled
        else:
            filled = differences(self.running, settled)
            self.recipe = filled_in(self.recipe, filled)
            self.base = filled_in(self.base, filled)
            for k in range(self.undo_stack.count()):
                edit = self.undo_stack.command(k)
                if isinstance(edit, Edit):
                    edit.before = filled_in(edit.before, filled)
                    edit.after = filled_in(edit.after, filled)
            self.running = settled
        self.recipe_changed.emit()

    def _set_state(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(str(state))

    def _react(self, event: Event) -> None:
        if event.kind in ("paused", "stepped", "nonfinite", "error", "finished"):
            self._set_going(False)
        elif event.kind == "running":
            self._set_going(True)
        if event.kind == "free":
            self.free = True
        elif event.kind in ("forked", "switched", "followed") and not event.data.get("stay"):
            self._go_over(Path(event.data["path"]))
        elif event.kind == "refused" and event.data.get("paths"):
            self._withdraw(event.data["paths"])
        self.happened.emit(event)

    def _go_over(self, folder: Path) -> None:
        """The session is on another branch: its recipe, and nothing to undo on it yet."""
        self.folder = folder
        self.recipe = self.running = self.session.recipe
        self.waiting.clear()
        self.undo_stack.clear()
        self.recipe_changed.emit()

    def _confirm(self) -> None:
        """The trainer has taken changes up; those that it has no longer wait."""
        self.running = self.session.recipe
        for path, awaited in list(self.waiting.items()):
            if value_at(self.running, path) == awaited:
                del self.waiting[path]
        self.recipe_changed.emit()

    def _withdraw(self, paths: Collection[str]) -> None:
        """Show the values in force again where the session would not take new ones."""
        for path in [p for p in self.waiting if p in paths]:
            del self.waiting[path]
            self.recipe = with_if_allowed(self.recipe, path, value_at(self.running, path))
        self.recipe_changed.emit()

    def run(self) -> None:
        """Train on; a run that was only looked at is opened anew to be written."""
        if self.read_only and self.free:
            folder = self.folder
            self._when_closed(lambda: self._begin(None, None, folder, True))
            return
        self._set_going(True)
        self.send(Run())

    def pause(self) -> None:
        """Stop after the step in hand."""
        self._set_going(False)
        self.send(Pause())
        self._in_a_hurry()

    def step(self, who: str = "round") -> None:
        """One round, or one step of ``d`` or ``g`` alone."""
        self._set_going(False)
        self.send(Step(who))
        self._in_a_hurry()

    def _set_going(self, going: bool) -> None:
        if going is not self.going:
            self.going = going
            self.going_changed.emit(going)

    # ---- editing ---------------------------------------------------------------------------------

    @property
    def pending(self) -> tuple[str, ...]:
        """The changed fields that wait for a restart."""
        if self.running is None or self.recipe is None:
            return ()
        if self._compared[0] is not self.running or self._compared[1] is not self.recipe:
            self._compared = self.running, self.recipe, needs_restart(self.running, self.recipe)
        return self._compared[2]

    def edit(self, path: str, value: Any, gesture: int = 0) -> None:
        """Change one field, undoably. Edits with one ``gesture`` above 0 are one undo step.

        Raises:
            RecipeError: the value is not allowed.
        """
        if self.recipe is None:
            return
        after = with_value(self.recipe, path, value)
        if not differences(self.recipe, after):
            return
        spec = find_field(after, path)
        self.dragged = gesture > 0
        name = phrase(path, spec.knob.title if spec else "Kind")
        label = f"{name} → {value_text(spec, value)}"
        self.undo_stack.push(Edit(self, self.recipe, after, name, label, gesture))

    def edit_all(self, changes: Mapping[str, Any], name: str) -> None:
        """Change several fields together as one step that can be undone.

        Raises:
            RecipeError: one of the values is not allowed; nothing is changed then.
        """
        if self.recipe is None:
            return
        after = self.recipe
        for path, value in changes.items():
            after = with_value(after, path, value)
        if differences(self.recipe, after):
            self.undo_stack.push(Edit(self, self.recipe, after, name, name))

    def discard_pending(self) -> None:
        """Take back every change that waits for a restart, undoably."""
        if self.recipe is None or self.running is None or not self.pending:
            return
        target = self.running
        for path in differences(self.running, self.recipe):
            if path not in self.pending:
                target = with_if_allowed(target, path, value_at(self.recipe, path))
        self.undo_stack.push(Edit(self, self.recipe, target, "discarding changes", "discard"))

    def apply(self, recipe: Recipe, label: str) -> None:
        """Show the recipe, and send what of it is live to the run."""
        old, self.recipe = self.recipe, recipe
        live = {path: new for path, (_, new) in differences(old, recipe).items()
                if self.session is not None and (spec := find_field(recipe, path)) and spec.live}
        self.waiting.update(live)
        self._outbox.put(live, label, self.dragged)

    def _change(self, changes: dict[str, Any], label: str) -> None:
        if changes:
            self.session.send(Tweak(changes, label))
        self.recipe_changed.emit()
