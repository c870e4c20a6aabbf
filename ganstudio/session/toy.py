"""Toy games on a thread of their own: a request goes in, the newest picture comes out.

Torch is imported in the thread, so that a window can hold a session before the mathematics is
loaded. Requests are coalesced: what was overtaken by a newer one is never computed.
"""

from __future__ import annotations

import threading
import time
import traceback
from typing import TYPE_CHECKING

from ganstudio.session.toy_frames import ToyPicture, ToySpec

if TYPE_CHECKING:
    from ganstudio.session.toy_work import Workshop

FRAME = 1 / 30
"""Seconds between pictures while playing."""

QUIET = 0.2
"""Seconds without a request before long runs are watched for their outcome."""

MOST_PER_FRAME = 20_000


class _Overtaken(Exception):  # noqa: N818 - no error: something newer is to be done
    """Something newer has been asked."""


class ToySession:
    """The game under study and the thread that plays it.

    ``ask`` replaces the request; ``play``, ``step``, ``reset`` and ``set_speed`` move the players.
    All return at once. ``poll`` gives the newest picture that was not collected yet.
    """

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._spec: ToySpec | None = None
        self._asked = self._answered = 0
        self._playing = self._stop = self._back = False
        self._unsure = False
        """The eigenvalues' word stands, and a long run is still to be watched."""
        self._due = 0
        self._left = 0.0
        self._speed = 30.0
        self._picture: ToyPicture | None = None

    # ---- the window's side

    def start(self) -> None:
        """Start the thread, once."""
        if self._thread is None and not self._stop:
            self._thread = threading.Thread(target=self._run, name="toy games")
            self._thread.start()

    def ask(self, spec: ToySpec) -> int:
        """See this from now on; the number of the request, which its picture bears."""
        with self._wake:
            self._spec = spec
            self._asked += 1
            self._wake.notify()
            return self._asked

    def play(self, on: bool) -> None:
        """Run, or pause."""
        with self._wake:
            if on != self._playing:
                self._playing = on
                self._asked += 1
                self._wake.notify()

    def step(self, count: int = 1) -> None:
        """Pause, and take steps."""
        with self._wake:
            self._playing = False
            self._due += count
            self._asked += 1
            self._wake.notify()

    def reset(self) -> None:
        """Pause, with the players back at their start."""
        with self._wake:
            self._playing, self._due, self._back = False, 0, True
            self._asked += 1
            self._wake.notify()

    def set_speed(self, steps_per_second: float) -> None:
        """How fast it plays."""
        self._speed = max(float(steps_per_second), 0.1)

    def poll(self) -> ToyPicture | None:
        """The newest picture, once."""
        with self._wake:
            picture, self._picture = self._picture, None
            return picture

    @property
    def busy(self) -> bool:
        """Whether a picture is still to come."""
        with self._wake:
            alive = self._thread is not None and self._thread.is_alive()
            return self._picture is not None or (alive and (
                self._playing or self._unsure or self._answered < self._asked))

    @property
    def playing(self) -> bool:
        """Whether the players are to move on by themselves."""
        return self._playing

    def close(self, timeout: float | None = None) -> bool:
        """Stop and join the thread; whether it has ended. It can be called more than once."""
        with self._wake:
            self._stop, self._playing = True, False
            self._wake.notify()
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # ---- the thread's side

    def _run(self) -> None:
        try:
            import torch  # here, and not above: it takes a second
            torch.set_num_threads(1)  # acts on the thread that calls it
            from ganstudio.session.toy_work import Workshop
            workshop = Workshop()
        except Exception as error:
            self._fail(f"The mathematics of toy games could not be loaded: {error}")
            return
        while True:
            with self._wake:
                while not (self._stop or self._playing or self._answered < self._asked):
                    self._wake.wait()
                if self._stop:
                    return
            self._answer(workshop)

    def _answer(self, workshop: Workshop) -> None:
        begun = time.perf_counter()
        with self._wake:
            serial, spec, due, back = self._asked, self._spec, self._due, self._back
            playing, self._due, self._back = self._playing, 0, False
        if spec is not None:
            self._publish(self._made(workshop, serial, spec, due, back, playing))
        else:
            self._answered = serial
        if playing:
            with self._wake:
                rest = FRAME - (time.perf_counter() - begun)
                if not self._stop and self._asked == serial and rest > 0:
                    self._wake.wait(rest)
        elif spec is not None:
            self._confirm(workshop, serial)

    def _made(self, workshop: Workshop, serial: int, spec: ToySpec, due: int, back: bool,
              playing: bool) -> ToyPicture:
        from ganstudio.game.spec import SpecError
        try:
            workshop.prepare(spec)
            if back:
                workshop.restart()
                self._left = 0.0
            if playing:
                self._left = min(self._left + self._speed * FRAME, MOST_PER_FRAME)
                due += int(self._left)
                self._left -= int(self._left)
            if due and not workshop.play(due):
                self._playing = playing = False
            return workshop.picture(serial, playing)
        except SpecError as error:
            self._playing = False
            return ToyPicture(serial, spec, error=str(error))
        except Exception as error:
            self._playing = False
            return ToyPicture(serial, spec, error=f"This game could not be computed: {error}",
                              details=traceback.format_exc())

    def _publish(self, picture: ToyPicture, sure: bool = False) -> None:
        with self._wake:
            self._picture = picture
            self._answered = max(self._answered, picture.serial)
            self._unsure = not (picture.playing or picture.error or sure)

    def _confirm(self, workshop: Workshop, serial: int) -> None:
        """When nothing has been asked for a while, watch long runs, and tell their outcome."""
        def overtaken() -> None:
            if self._stop or self._asked != serial:
                raise _Overtaken

        with self._wake:
            self._wake.wait_for(lambda: self._stop or self._asked != serial, QUIET)
        try:
            overtaken()
            if workshop.watch(overtaken):
                self._publish(workshop.picture(serial, False), sure=True)
        except _Overtaken:
            pass
        except Exception as error:
            self._fail(f"This game could not be watched: {error}")
        finally:
            self._unsure = False

    def _fail(self, text: str) -> None:
        with self._wake:
            spec = self._spec
            self._answered = self._asked
            if spec is not None:
                self._picture = ToyPicture(self._asked, spec, error=text,
                                           details=traceback.format_exc())
