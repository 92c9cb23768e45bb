"""Export: take vectors, neighbours, map coordinates and settings away."""

from widgets import downloads, frame, pickers, session

frame.require()

log = session.need_log()
frame.title("Export", "Take what a run learned to your own tools.")

run = pickers.one_run(log)
downloads.export_form(run)
