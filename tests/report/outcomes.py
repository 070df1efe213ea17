"""Outcomes of rows, one of each kind."""

from __future__ import annotations

from batch_update.model.plans import Outcome, Status

OK = Outcome(Status.UPDATED, http=200, attempts=1, changed=("name",))
FAILED = Outcome(Status.FAILED, "A404", "refused (404): Assistant not found", 404, 1)
INVALID = Outcome(Status.INVALID, "V104", "speech_speed is above the maximum (1.7, allowed 0.7 to 1.2)")
UNCHANGED = Outcome(Status.UNCHANGED, "X204", "nothing to change")
UNKNOWN = Outcome(Status.UNKNOWN, "N502", "sent, and no answer came: reset", attempts=4)
NOT_SENT = Outcome(Status.NOT_SENT, "R101", "not sent: the run was interrupted by SIGINT")
LEFT_OUT = Outcome(Status.NOT_SENT, "X205", "left out by the setting limit=2")
OTHER_TAKEN = Outcome(Status.UNCHANGED, "X203", "row 3 was taken for this assistant")
