"""The tab that tunes: what is asked for, trials that are there, going on, and where the best parameters go."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedders import METHODS
from errors import ParameterError
from figures.text import plain
from figures.tuning import settings_in_words
from studies.trials import Trial, best_trials
from tests.planted import two_islands
from tests.workspace.helpers import write_csv
from widgets import frame, training
from widgets.evaluating import tuning
from workspace import jobs, logs, tunings, workers
from workspace.evaluations import Asked
from workspace.job_folders import finish
from workspace.logs import LogEntry
from workspace.tunings import Sought, Tuning, kept_tuning, tune_log, tuned_params

METHOD = "cooccurrence_svd"  # its defaults are not the best of six trials on these islands
SHORT = METHODS[METHOD].short
SIX = Sought(trials=6, k=5)
ASKED = Asked(split=0.8)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogEntry:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for
    return logs.import_log(logs.keep_original(path, path.name), name="Two *islands*")


def tab(log: LogEntry, methods: list[str] | None = None, sought: Sought = SIX) -> AppTest:
    def page(digest: str) -> None:
        from embedders import METHODS
        from studies.contest import Contestant
        from studies.provider import RunNeeded
        from widgets.evaluating import choice, tuning
        from workspace.evaluations import Asked
        from workspace.logs import find_log

        needed = RunNeeded("als", METHODS["als"].Params(), 0)
        contestants = (Contestant("ALS 64d", needed), Contestant("ALS 64d, dot", needed, "dot"))
        tuning.tuning(find_log(digest), choice.Plan(Asked(split=0.8), contestants, 5))

    app = AppTest.from_function(page, kwargs={"digest": log.digest}, default_timeout=60).run()
    if methods is not None:
        app.multiselect(key=f"tuned-methods-{log.digest}").set_value(methods)
        app.selectbox(key=f"objective-{log.digest}").set_value(sought.objective)
        app.number_input(key=f"trials-{log.digest}").set_value(sought.trials).run()
    assert not app.exception
    return app


def buttons(app: AppTest) -> list[str]:
    return [str(button.label) for button in app.button]


def captions(app: AppTest) -> str:
    return " ".join(one.value for one in app.caption)


def test_the_methods_of_the_chosen_models_are_offered_first_each_once(kept: LogEntry) -> None:
    app = tab(kept)
    assert app.multiselect(key=f"tuned-methods-{kept.digest}").value == ["als"]
    assert buttons(app) == ["Tune"]
    assert any(caption.value.startswith("20 trials. ") for caption in app.caption)


def test_without_a_method_there_is_nothing_to_press(kept: LogEntry) -> None:
    app = tab(kept, [])
    assert buttons(app) == []
    assert app.caption[-1].value == "Choose at least one method above."


def test_a_press_asks_for_all_methods_at_once_and_gives_way_to_the_job(kept: LogEntry) -> None:
    app = tab(kept, ["svd", METHOD])
    app.button(key="tune").click().run()
    (job,) = jobs.list_jobs()
    assert (job.kind, job.title) == ("tune", "Tuning on Two *islands*")
    assert job.spec == tunings.tuning_spec(kept.digest, ASKED, ["svd", METHOD], SIX)
    assert buttons(app) == ["Stop"]
    again = tab(kept)  # in another tab of the browser
    assert buttons(again) == ["Stop"]
    again.button[0].click().run()
    assert jobs.get_job(job.id).status == "cancelled"
    assert buttons(again.run()) == ["Tune"]


def test_trials_show_while_the_job_is_at_work_and_what_to_do_with_them_afterwards(kept: LogEntry) -> None:
    app = tab(kept, [METHOD])
    app.button(key="tune").click().run()
    tune_log(logs.open_log(kept.digest), ASKED, [METHOD], SIX.model_copy(update={"trials": 2}))
    app.run()
    assert [chart.proto.alt for chart in app.get("plotly_chart")] == ["Trials so far"]
    assert buttons(app) == ["Stop"]
    jobs.cancel(jobs.list_jobs()[0].id)
    app.run()
    assert "Go on" in buttons(app)
    assert any(caption.value.startswith("2 of 6 trials are there. ") for caption in app.caption)


def test_a_failed_job_says_why_and_can_be_gone_on_with(kept: LogEntry) -> None:
    app = tab(kept, ["svd"])
    app.button(key="tune").click().run()
    finish(jobs.list_jobs()[0].id, "failed", error="The disk was full.")
    app.run()
    assert app.error[0].value == "The disk was full\\."
    assert buttons(app)[:2] == ["Dismiss", "Tune"]


def tuned(log: LogEntry, sought: Sought = SIX) -> AppTest:
    tune_log(logs.open_log(log.digest), ASKED, ["svd", METHOD], sought)
    return tab(log, ["svd", METHOD], sought)


def test_what_is_done_is_not_offered_again_but_a_larger_budget_is(kept: LogEntry) -> None:
    app = tuned(kept)
    assert "Tune" not in buttons(app)
    assert "Go on" not in buttons(app)
    app.number_input(key=f"trials-{kept.digest}").set_value(8).run()
    assert "Go on" in buttons(app)


def test_each_method_has_its_best_parameters_only_where_they_are_not_the_defaults(kept: LogEntry) -> None:
    app = tuned(kept)
    (best,) = best_trials(kept_tuning(kept.digest, ASKED, METHOD, SIX).trials, "hr")
    (row,) = [one.value for one in app.markdown if one.value.startswith(f"**{SHORT.replace('-', chr(92) + '-')}**")]
    changed = {
        name: value
        for name, value in tuned_params(METHOD, best).model_dump().items()
        if value != METHODS[METHOD].Params().model_dump()[name]
    }
    assert changed
    assert all(name.replace("_", " ") in row for name in changed)
    assert "dimensions" not in row
    assert f"trial {best.number + 1} of 6" in row


def test_all_trials_stand_in_a_table_with_what_was_tried(kept: LogEntry) -> None:
    app = tuned(kept)
    table = app.dataframe[0].value
    assert list(table["Trial"]) == [1, 2, 3, 4, 5, 6] * 2
    trials = [trial for method in ("svd", METHOD) for trial in kept_tuning(kept.digest, ASKED, method, SIX).trials]
    assert list(table["HR@5, %"]) == pytest.approx([100 * trial.values["hr"] for trial in trials])
    assert list(table["Seconds"]) == pytest.approx([trial.seconds for trial in trials])
    assert table["Parameters"][0] == "defaults"
    assert "Why it failed" not in table


def test_trials_that_failed_say_why_in_the_table(kept: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ParameterError("A reason.")

    monkeypatch.setattr(type(METHODS["svd"]), "learn", refuse)
    table = tuned(kept).dataframe[0].value
    assert set(table["Why it failed"].dropna()) == {"A reason."}


def test_the_best_goes_into_the_evaluation_beside_the_defaults(kept: LogEntry) -> None:
    app = tuned(kept)
    (best,) = best_trials(kept_tuning(kept.digest, ASKED, METHOD, SIX).trials, "hr")
    app.button(key=f"evaluate-{METHOD}-{best.number}").click().run()
    assert not app.exception
    names = [f"{SHORT} 64d", f"{SHORT} 64d tuned (HR@5)"]
    assert app.session_state[f"contestants-{kept.digest}"] == names
    (job,) = [one for one in jobs.list_jobs() if one.kind == "evaluate"]
    assert [one["name"] for one in job.spec["contestants"]] == names
    assert job.spec["contestants"][0]["params"] == METHODS[METHOD].Params().model_dump(mode="json")
    assert job.spec["contestants"][1]["params"] == tuned_params(METHOD, best).model_dump(mode="json")
    app.button(key="evaluate-tuned").click().run()
    assert set(names) | {"SVD 64d"} <= set(app.session_state[f"contestants-{kept.digest}"])


def test_the_best_of_a_smaller_budget_is_evaluated_as_it_stands_there(kept: LogEntry) -> None:
    tune_log(logs.open_log(kept.digest), ASKED, [METHOD], SIX)
    trials = kept_tuning(kept.digest, ASKED, METHOD, SIX).trials
    for budget in range(2, 6):
        (best,) = best_trials(trials[:budget], "hr")
        app = tab(kept, [METHOD], SIX.model_copy(update={"trials": budget}))
        app.button(key=f"evaluate-{METHOD}-{best.number}").click().run()
        asked = next(one for one in jobs.list_jobs() if one.kind == "evaluate").spec["contestants"]
        assert asked[-1]["params"] == tuned_params(METHOD, best).model_dump(mode="json")


def test_of_all_fronts_one_trial_is_chosen_and_taken(kept: LogEntry) -> None:
    sought = Sought(objective="hr against popularity", trials=6, k=5)
    app = tuned(kept, sought)
    fronts = [
        (method, trial)
        for method in ("svd", METHOD)
        for trial in best_trials(kept_tuning(kept.digest, ASKED, method, sought).trials, sought.objective)
    ]
    fronts.sort(key=lambda one: one[1].values["hr"], reverse=True)
    offered = app.selectbox(key="tuned-of-fronts")
    names = [f"{METHODS[method].short}, trial {trial.number + 1}:" for method, trial in fronts]
    assert [option.split(":")[0] + ":" for option in offered.options] == names
    assert len(names) > 2
    assert "The further up and to the left, the better." in captions(app)
    assert "Evaluate all beside their defaults" not in buttons(app)
    method, trial = fronts[-1]
    offered.set_value(offered.options[-1]).run()
    app.button(key=f"evaluate-{method}-{trial.number}").click().run()
    (job,) = [one for one in jobs.list_jobs() if one.kind == "evaluate"]
    assert job.spec["contestants"][-1]["params"] == tuned_params(method, trial).model_dump(mode="json")


def test_another_visit_begins_with_what_was_asked_last_of_this_log(kept: LogEntry) -> None:
    other = Sought(objective="ndcg", trials=7, k=5)
    jobs.submit("tune", tunings.tuning_spec("another log", ASKED, ["item2vec"], other), "Tuning")
    assert tab(kept).multiselect(key=f"tuned-methods-{kept.digest}").value == ["als"]
    sought = Sought(objective="tail hr", trials=9, k=5, similarity="dot")
    spec = tunings.tuning_spec(kept.digest, ASKED, ["svd", "a method that is gone"], sought)
    jobs.cancel(jobs.submit("tune", spec, "Tuning").id)
    app = tab(kept)
    assert app.multiselect(key=f"tuned-methods-{kept.digest}").value == ["svd"]
    assert app.selectbox(key=f"objective-{kept.digest}").value == "tail hr"
    assert app.number_input(key=f"trials-{kept.digest}").value == 9
    assert app.button_group(key=f"tuned-similarity-{kept.digest}").value == "dot"
    app.button(key="tune").click().run()
    assert jobs.list_jobs()[0].spec == tunings.tuning_spec(kept.digest, ASKED, ["svd"], sought)


def test_what_is_there_is_counted_over_all_methods_and_told_of_those_that_have_begun(kept: LogEntry) -> None:
    assert "12 trials. " in captions(tab(kept, ["svd", METHOD]))
    tune_log(logs.open_log(kept.digest), ASKED, [METHOD], SIX.model_copy(update={"trials": 2}))
    said = captions(tab(kept, ["svd", METHOD]))
    assert "2 of 12 trials are there. " in said
    begun = kept_tuning(kept.digest, ASKED, METHOD, SIX)
    assert begun.cases > 0
    assert f"A point is a trial, the line the best so far. {settings_in_words(begun)}" in said


ALS = METHODS["als"].Params
PLANTED = [(0, 0.1, "cosine", 1.0), (3, 0.25, "cosine", 2.0), (7, 0.5, "dot", 4.0), (9, None, "cosine", 8.0)]


def planted(log: LogEntry, monkeypatch: pytest.MonkeyPatch, used_up: bool = False) -> AppTest:
    """ALS: the defaults hit 10 %, alpha 3 25 %, alpha 7 by dot product 50 %; the fourth trial failed."""
    trials = tuple(
        Trial(
            number,
            ALS.checked({"alpha": alpha} if alpha else {}).model_dump(mode="json"),
            similarity,  # type: ignore[arg-type]
            0,
            {} if hits is None else {"hr": hits},
            seconds,
            "failed" if hits is None else "complete",
            "It *blew*." if hits is None else "",
        )
        for number, (alpha, hits, similarity, seconds) in enumerate(PLANTED)
    )
    monkeypatch.setattr(
        tuning, "kept_tuning", lambda digest, asked, method, sought: Tuning(method, sought, trials, 40, used_up)
    )
    app = tab(log, ["als"], SIX)
    app.button_group(key=f"tuned-similarity-{log.digest}").set_value("searched").run()
    assert not app.exception
    return app


def test_the_best_stands_beside_the_defaults_with_what_differs_and_what_it_took(
    kept: LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = planted(kept, monkeypatch)
    (row,) = [one.value.replace("\N{NO-BREAK SPACE}", " ") for one in app.markdown if one.value.startswith("**ALS**")]
    assert plain("HR@5 50.00 %, with the defaults 10.00 %") in row
    assert plain("alpha 7.0, by dot product") in row
    assert plain("trial 3 of 4") in row
    assert plain("4.0 s, 15 s for all") in row
    assert "all that can be tried" not in row
    assert "Evaluate all beside their defaults" not in buttons(app)  # there is one
    assert plain("It *blew*.") in captions(app)


def test_what_is_used_up_is_not_offered_again_and_says_so(kept: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    app = planted(kept, monkeypatch, used_up=True)
    assert "Go on" not in buttons(app)
    assert any("all that can be tried" in one.value for one in app.markdown)


def test_the_table_says_what_was_tried_by_which_similarity_and_why_it_failed(
    kept: LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = planted(kept, monkeypatch).dataframe[0].value
    assert table["Similarity"].tolist() == [similarity for *_, similarity, _ in PLANTED]
    assert table["Seconds"].tolist() == [seconds for *_, seconds in PLANTED]
    assert table["Why it failed"].isna().tolist() == [True, True, True, False]
    assert table["Why it failed"][3] == "It *blew*."
    assert table["Parameters"][1] == "alpha 3.0"  # the similarity has a column of its own


def test_the_best_parameters_go_to_the_train_page(kept: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr(training, "fill_in", lambda method, params: done.append((method.name, params)))
    monkeypatch.setattr(frame, "open_screen", done.append)
    planted(kept, monkeypatch).button(key="use-als-2").click().run()
    assert done == [("als", ALS.checked({"alpha": 7})), "train"]


@pytest.mark.parametrize("name", METHODS)
def test_a_form_that_is_filled_in_shows_what_was_put_there(name: str) -> None:
    def page(name: str) -> None:
        import streamlit as st

        from embedders import METHODS
        from embedders.base import search_space
        from embedders.search import Between
        from widgets.forms import fill_form, parameter_form

        method = METHODS[name]
        ends = {
            key: search.high if isinstance(search, Between) else search.choices[-1]
            for key, search in search_space(method.Params).items()
        }
        params = method.Params.checked(ends)
        if "filled" not in st.session_state:
            st.session_state["filled"] = True
            fill_form(method, params)
        st.session_state["same"] = method.Params.checked(parameter_form(method)) == params

    app = AppTest.from_function(page, kwargs={"name": name}, default_timeout=60).run()
    assert not app.exception
    assert app.session_state["same"]
    assert app.run().session_state["same"]
