"""The command line as the watcher of a run: words and a bar on stderr, questions on the terminal."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from batch_update.cli.after_run import following_on_page, spelled_for_files
from batch_update.cli.options import is_silent
from batch_update.cli.printed_commands import Errand, Following
from batch_update.cli.screens.bar import Bar, can_draw
from batch_update.cli.screens.displays import LABELS, Display, Log, event_teller
from batch_update.cli.screens.screen import ask, ask_meanwhile, on_terminal, paint, say, showing_on
from batch_update.codes import Trait, has_trait
from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Change, Outcome, Plan
from batch_update.model.reports import Event, Report
from batch_update.model.sheets import Sheet
from batch_update.run.watching import Prospect, Watcher
from batch_update.send.progress import Progress, Stage
from batch_update.settings.tunables import Settings
from batch_update.text import counted, excerpt, printable

PROBLEMS_SHOWN = 10
"""Problems that `apply` shows before it points to `check`, which shows all."""


class Reader(Watcher):
    """Watches a command that reads and sends nothing: says what it does, unless only the result is to be said."""

    def __init__(self, settings: Settings, *, looking: str = "Reading what is there at {} ...") -> None:
        # Of a server that is slow or down nothing else is heard for a while.
        self._beginnings = {
            Stage.READING: "Reading {} ...",
            Stage.NAMING: "Looking up {} ...",
            Stage.LOOKING: looking,
        }
        self._talks = not is_silent(settings)
        self._tell = event_teller(settings)

    def stage(self, stage: Stage, what: str = "") -> None:
        if self._talks and stage in self._beginnings:
            say(self._beginnings[stage].format(printable(what)))

    def warning(self, words: str) -> None:
        if self._talks:
            say(f"{paint('warning', 'warning', sys.stderr)}: {words}")

    def proxied(self, server: str, proxy: str) -> None:
        if self._talks:
            say(f"{server} is reached through the proxy {printable(proxy)}.")

    def sheet_read(self, sheet: Sheet) -> None:
        from batch_update.report.screen.sheet import describe

        if self._talks:
            say(describe(sheet))

    def event(self, event: Event) -> None:
        self._tell(event)


class Onlooker(Reader):
    """Watches a command that sends: shows what it is about to do, asks, and shows how far it is.

    A context manager, which leaves no bar behind.
    """

    def __init__(self, errand: Errand) -> None:
        super().__init__(errand.settings)
        self._errand = errand
        self._is_drawing = False

    @cached_property
    def _display(self) -> Display:
        if not self._talks:
            return Display()
        return Bar() if can_draw() else Log()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draw(False)

    # ------------------------------------------------------------ told

    def stage(self, stage: Stage, what: str = "") -> None:
        super().stage(stage, what)
        self._display.stage(stage)
        self._draw(stage in LABELS)

    def _draw(self, is_sending: bool) -> None:
        if is_sending and not self._is_drawing:
            self._display.__enter__()
        elif self._is_drawing and not is_sending:
            self._display.__exit__(None, None, None)
        self._is_drawing = is_sending

    def waiting(self, words: str) -> None:
        say(words)

    def unwritable(self, words: str) -> None:
        say(words)

    def event(self, event: Event) -> None:
        self._display.event(event)

    def tick(self) -> None:
        """Some time went by: what is shown goes on though nothing happens."""
        self._display.tick()

    def progress(self, progress: Progress) -> None:
        self._display.progress(progress)

    def outcome(self, change: Change, outcome: Outcome) -> None:
        self._display.outcome(change, outcome)

    def problems(self, plan: Plan, settings: Settings) -> None:
        """A line for each of the first problems, and the command that shows all."""
        from batch_update.report.screen.problems import count_words, problem_line

        if not self._talks:
            for problem in plan.problems:
                if has_trait(problem.code, Trait.TOLD_TO_ALL):
                    say(problem_line(plan.sheet, problem))
        if not plan.problems or not self._talks:
            return
        all_shown = self._errand.at(settings).look()
        for problem in plan.problems[:PROBLEMS_SHOWN] if all_shown else plan.problems:
            say(f"  {problem_line(plan.sheet, problem)}")
        say(f"Found {count_words(plan.problems)}.")
        if all_shown:
            say(f"All of them: {all_shown}")

    def left(self, folder: Path, *, changes: int, landed: int, doubtful: int) -> None:
        """`runs/x: 12 assistants left to change; 2 whose answer was not seen turned out to be done`."""
        left = f"{counted(changes, 'assistant')} left to change"
        words = [left if changes else "nothing is left to send, and what was sent is read back"]
        if landed:
            words.append(f"{landed} whose answer was not seen turned out to be done")
        if doubtful:
            words.append(f"{doubtful} of them may have been sent before")
        if self._talks:
            say(f"{printable(str(folder))}: " + "; ".join(words))

    def planned(self, prospect: Prospect) -> None:
        """Show what will happen, field by field; of an undo all of it, since no command shows that beforehand."""
        from batch_update.report.screen.preview import field_lines, plan_screen

        self._display.numbers = prospect.plan.sheet.numbers
        is_undo = prospect.command == "undo"
        if is_undo and self._talks:
            say(plan_screen(prospect.plan, requests=prospect.pages, showing=showing_on(sys.stderr)))
        if self._talks or prospect.is_asked:
            for line in () if is_undo else field_lines(prospect.plan):
                say(line)
            self._say_totals(prospect)

    def _say_totals(self, prospect: Prospect) -> None:
        from batch_update.account.account import server_name
        from batch_update.plan.guarding import blind_spots
        from batch_update.report.screen.preview import left_words, plan_totals
        from batch_update.run.steps.plan_files import about_how_long

        plan, settings = prospect.plan, prospect.settings
        duration = about_how_long(plan, settings, pages=prospect.pages)
        say(f"{server_name(settings)}: {plan_totals(plan, duration=duration)}")
        for words in left_words(plan):
            say(f"  {words}")
        if blind := blind_spots(plan, prospect.allow):
            say(f"  {blind}")
        if settings.no_verify and any("mode" in change.body for change in plan.changes):
            say(
                "  --no-verify: what changes of mode reset will not be known, and undo not bring back those modes"
            )

    # ------------------------------------------------------------ asked

    @property
    def can_answer(self) -> bool:
        return on_terminal()

    def may_send(self, prospect: Prospect) -> bool:
        from batch_update.account.account import server_name
        from batch_update.report.guards import guard_lines

        if prospect.tripped:
            say(paint("Careful:", "warning", sys.stderr))
            for line in guard_lines(prospect.tripped):
                say(line)
        account = excerpt(prospect.plan.account, 80) or server_name(prospect.settings)
        count = counted(len(prospect.plan.changes), "assistant")
        hazards = ", ".join(one.hazard for one in prospect.tripped)
        return ask(f"Change {count} of {account}{f', allowing {hazards}' if hazards else ''}?")

    async def may_go_on(self, question: str) -> bool:
        self._draw(False)  # sending the next wave draws again
        return await ask_meanwhile(question)

    def following(self, report: Report, facts: RunFacts) -> Following:
        return following_on_page(report, facts)

    def spelled(self, report: Report, facts: RunFacts) -> Report:
        return spelled_for_files(report, facts)
