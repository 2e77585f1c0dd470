"""Which acts this very program did in the store: what it did itself is no news to it."""

import threading


class OwnActs:
    """The numbers of the audit's links that were made through one open store. Shared by its threads."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._made: list[range] = []

    def note(self, acts: range) -> None:
        """Remember links, before they are committed: whoever sees them in the store then finds them here."""
        if not acts:
            return
        with self._lock:
            if self._made and self._made[-1].stop == acts.start:
                self._made[-1] = range(self._made[-1].start, acts.stop)
            else:
                self._made.append(acts)

    def forget(self, acts: range) -> None:
        """They were not committed after all; the same numbers are somebody else's now."""
        if not acts:
            return
        with self._lock:
            last = self._made.pop()
            if last.start < acts.start:
                self._made.append(range(last.start, acts.start))

    def are_all(self, after: int, last: int) -> bool:
        """Whether every link after one number and up to another was made here. Those are not asked about again."""
        with self._lock:
            for made in self._made:
                if made.start <= after + 1 < made.stop:
                    after = made.stop - 1
            self._made = [made for made in self._made if made.stop > last + 1]
            return after >= last
