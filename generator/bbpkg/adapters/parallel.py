"""Does work on all processors at once; stops all of it when the command is interrupted."""

import contextlib
import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TypeVar

from bbpkg.adapters.processes import Completed, Stop, run

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Ready = TypeVar("_Ready")
_WAKE_SECONDS = 0.2


class Workers:
    """Threads that mostly wait for other programs; `stop` ends the programs."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1
        self.stop = Stop()

    def run(self, argv: Sequence[str], *, timeout: float, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Completed:
        """Run a program as `bbpkg.adapters.processes.run` does; it is stopped with the work that it belongs to."""
        return run(argv, timeout=timeout, stdin=stdin, env=env, stop=self.stop)

    def each(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Generator[tuple[_Item, _Result]]:
        """Yield every item with what the function makes of it, in the order in which they are ready.

        The first exception, and closing the generator early, end all work: what has not begun does not begin, and programs are stopped.
        """
        ready: SimpleQueue[tuple[_Item, Future[_Result]]] = SimpleQueue()

        def submit(pool: ThreadPoolExecutor, item: _Item) -> None:
            pool.submit(function, item).add_done_callback(lambda future: ready.put((item, future)))

        with ThreadPoolExecutor(self.count, thread_name_prefix="bbpkg") as pool:
            try:
                expected = 0
                for item in items:
                    submit(pool, item)
                    expected += 1
                for _ in range(expected):
                    item, future = _next(ready)
                    yield item, future.result()
            except BaseException:
                self.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _next(ready: SimpleQueue[_Ready]) -> _Ready:
    """Wait for the next result, waking up now and then: a signal that arrives just before a wait does not end it."""
    while True:
        with contextlib.suppress(Empty):
            return ready.get(timeout=_WAKE_SECONDS)
