"""Train: choose a method, train it on the open log, see its runs."""

from widgets import frame, runs_list, session, training, vector_upload

frame.require()

log = session.need_log()
frame.title("Train", "Learn a vector for each item, by one method or by several.")

training.both_with_defaults(log)
method = training.method_cards(log)
training.method_form(log, method)
vector_upload.bring_vectors(log)
number = runs_list.runs_of(log)
runs_list.open_run_folder(log)
if number:
    frame.next_step("compare", "Next: compare two runs" if number > 1 else "Next: look at this run")
