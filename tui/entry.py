"""Where the program starts.

`keywork` alone opens the screens by the shortest way: the command line's machinery costs as much time to load as the
screens themselves, and is loaded when there is a command.
"""

from tui.sealing import seal

seal()  # before anything else is loaded, and long before there is a key

from tui.neighbours import refuse_neighbours  # noqa: E402

refuse_neighbours()  # before any package is loaded whose name another one may have

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Ctrl+C while it is loaded ends it without a word: Python would print where it was just then.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from tui.cli.leaving import leave_with  # noqa: E402
from tui.session.memory import leave_out_tls  # noqa: E402


def run() -> None:
    """Open the screens, or run the command that is given."""
    leave_out_tls()
    if len(sys.argv) > 1 or "_KEYWORK_COMPLETE" in os.environ:  # a shell asks what may follow
        from tui.cli.main import run as run_command

        run_command()
    else:
        leave_with(_screens)


def _screens() -> int:
    from tui.app.run import run_app

    return run_app()


if __name__ == "__main__":
    run()
