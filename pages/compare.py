"""Compare: two runs side by side."""

from widgets import frame, pickers, session
from widgets.comparing import address, evidence, panels

frame.require()

log = session.need_log()
frame.title("Compare", "How far two runs differ, where they do, and which of them leans towards popular items.")

choice = pickers.run_pair(log, address.take)
found = evidence.load(log, choice)

address.check_item(found.catalogue)
panels.findings(found)
panels.around_item(found)
panels.details(found)
frame.next_step("export", "Next: take the vectors away")
