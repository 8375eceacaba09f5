"""Progress: a live line on a terminal, a line every ten seconds elsewhere."""

import io

from localplane.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_outside_a_terminal_a_line_comes_every_ten_seconds() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = Progress("building x", stream, clock)
    for _ in range(25):
        clock.now += 1
        progress.tick("7 packages")
    progress.end("done")

    assert stream.getvalue().splitlines() == [
        "localplane: building x ...",
        "localplane: building x ... 10 s, 7 packages",
        "localplane: building x ... 20 s, 7 packages",
        "localplane: building x: done after 25 s",
    ]


def test_on_a_terminal_one_line_is_written_over_and_over() -> None:
    clock, stream = Clock(), Terminal()
    progress = Progress("building x", stream, clock)
    clock.now += 0.1
    progress.tick()
    clock.now += 0.9
    progress.tick()
    progress.end("failed")

    assert stream.getvalue() == (
        "\rlocalplane: building x ...\033[K"
        "\rlocalplane: building x ... 1 s\033[K"
        "\rlocalplane: building x: failed after 1 s\033[K\n"
    )
