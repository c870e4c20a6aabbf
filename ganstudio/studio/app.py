"""Starting the studio: look first, paint early, import the rest after."""

from __future__ import annotations

import sys
import threading
from importlib import import_module

from ganstudio.studio.platform import problem


def main(open_path: str | None = None) -> int:
    """Run the studio until its window is closed. Returns the exit code.

    0 done, 2 no window can be opened here (one sentence on stderr).
    """
    sentence = problem()
    if sentence is not None:
        print(sentence, file=sys.stderr)
        return 2
    if sys.platform == "win32":
        # Qt's libraries and torch's clash when Qt's are loaded first.
        import_module("torch")

    from PySide6.QtWidgets import QApplication

    from ganstudio.studio.settings import Settings
    from ganstudio.studio.style import Appearance
    from ganstudio.studio.window import MainWindow

    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("GAN Studio")
    app.setDesktopFileName("ganstudio")
    settings = Settings()
    appearance = Appearance(app, settings.get("theme", "auto"))
    appearance.apply()
    window = MainWindow(settings, appearance, open_path=open_path)
    sys.excepthook = window.show_exception
    warm = WarmUp()

    def make_ready() -> None:
        warm.start()
        window.prepare()

    window.furnished.connect(lambda: window.start_page.settled.connect(make_ready))
    interrupts = []

    def obey_signals() -> None:
        from ganstudio.studio.signals import Interrupts
        interrupts.append(Interrupts(window.close, app))

    window.furnished.connect(obey_signals)
    window.show()
    try:
        return app.exec()
    finally:
        sys.excepthook = sys.__excepthook__
        for held in interrupts:
            held.release()
        warm.join()


class WarmUp:
    """Imports torch aside once the start page stands, so that the first run begins at once."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._import, name="ganstudio-warm-up")
            self._thread.start()

    def join(self) -> None:
        """Wait until it is done; an import cannot be broken off."""
        if self._thread is not None:
            self._thread.join()

    @staticmethod
    def _import() -> None:
        try:
            import_module("ganstudio.session.worker")
        except Exception:
            # The run's own thread meets the same error and says it.
            return
