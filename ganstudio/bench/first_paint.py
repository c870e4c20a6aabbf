"""A child process of the bench: opens the studio and says when it first painted.

``python -m ganstudio.bench.first_paint [--torch-first]`` prints seconds since the epoch at the
first paint, then leaves.
"""

from __future__ import annotations

import sys
import time


def main() -> int:
    """Open, print, leave."""
    if "--torch-first" in sys.argv:
        import torch  # noqa: F401
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from ganstudio.studio.settings import Settings
    from ganstudio.studio.style import Appearance
    from ganstudio.studio.window import MainWindow

    app = QApplication(sys.argv[:1])
    settings = Settings()
    window = MainWindow(settings, Appearance(app, "light"))

    def painted() -> None:
        print(time.time(), flush=True)
        QTimer.singleShot(0, app.quit)

    window.blank.painted.disconnect()
    window.blank.painted.connect(painted)
    window.show()
    return int(app.exec())


if __name__ == "__main__":
    sys.exit(main())
