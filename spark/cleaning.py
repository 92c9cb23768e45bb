"""The rules of interactions/steps.py in Spark SQL, each applied to the rows that the ones before it left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from errors import LogError
from interactions.cleaning import CleaningRules, Reason, Step, Tally
from interactions.progress import Progress
from interactions.sequences import longest_pause
from spark.rows import PLACE, Rows, held
from spark.values import WHITE, as_weight
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

CANCELLED = rf"^[{WHITE}]*[cC]\p{{Nd}}+[{WHITE}]*\z"  # how shop systems number an invoice that takes another back
_DAY = 86_400
_EXAMPLES_FROM, _EXAMPLES = 100, 3  # rows that examples are taken from
_BAD = "bad"


class _Taken(NamedTuple):
    """What a rule makes of the rows.

    rows   the rows with a column "bad", true for those that it takes, and other weights or sessions where it changes
           those
    shown  how a row is shown to a person
    """

    rows: Rows
    shown: Column


def clean(
    session: SparkSession, rows: Rows, rules: CleaningRules, tally: Tally, tell: Progress
) -> tuple[Rows, list[Step]]:
    """Leave out what the rules say, in their order: (the rows that are left, how many of what after each step).

    Rules that ask for nothing cost nothing: then no step is counted either.
    """
    if rules == CleaningRules():
        return rows, []
    steps = [_step(session, rows, "readable", tell)]
    for reason, rule in _RULES:
        found = rule(rows, rules)
        if found is not None:
            rows, step = _left(session, rows, found, reason, steps[-1].rows, tally, tell)
            steps.append(step)
    while rules.core and rules.min_users_per_item * rules.min_items_per_user > 1:
        step = steps[-1]
        for reason, rule in _FLOORS:
            found = rule(rows, rules)
            if found is not None:
                rows, step = _left(session, rows, found, reason, step.rows, tally, tell)
        if step.rows == steps[-1].rows:
            break
        steps.append(step.model_copy(update={"step": "core"}))
    return rows, steps


def _left(
    session: SparkSession, rows: Rows, found: _Taken, reason: Reason, n_rows: int, tally: Tally, tell: Progress
) -> tuple[Rows, Step]:
    """The rows that a reason leaves of so many, and how many these are."""
    from pyspark.sql import functions as sql

    shown = found.rows.frame.withColumn("shown", sql.when(sql.col(_BAD), found.shown))
    marked = watch(session, lambda: held(shown), f"Cleaning: {reason.replace('_', ' ')}", tell, jobs=2)
    left = replace(found.rows.but(marked.where(~sql.col(_BAD)).drop(_BAD, "shown")), kept=marked)
    step = _step(session, left, reason, tell)
    if step.rows < n_rows:
        taken = marked.where(_BAD).select("shown", *PLACE).orderBy(*PLACE).limit(_EXAMPLES_FROM)
        some = taken.select("shown").distinct().limit(_EXAMPLES).collect()
        tally.add(reason, n_rows - step.rows, [row["shown"] for row in some])
    rows.forget()
    return left, step


def _step(session: SparkSession, rows: Rows, name: str, tell: Progress) -> Step:
    from pyspark.sql import functions as sql

    counts = rows.frame.agg(sql.count("*"), sql.count_distinct("user"), sql.count_distinct("item"))
    (found,) = watch(session, counts.collect, f"Counting what is left: {name.replace('_', ' ')}", tell, jobs=4)
    return Step(step=name, rows=found[0], users=found[1], items=found[2])


def _marked(rows: Rows, bad: Column, shown: Column) -> _Taken:
    from pyspark.sql import functions as sql

    return _Taken(rows.but(rows.frame.withColumn(_BAD, sql.coalesce(bad, sql.lit(False)))), shown)


def _shown_user(rows: Rows) -> Column:
    from pyspark.sql import functions as sql

    return sql.concat(sql.lit("session " if rows.users_are_sessions else "user "), "user")


def _shown_item(rows: Rows) -> Column:
    from pyspark.sql import functions as sql

    return sql.concat(sql.lit("item "), "item")


def _shown(rows: Rows) -> Column:
    from pyspark.sql import functions as sql

    return sql.concat_ws(", ", _shown_user(rows), _shown_item(rows))


def _events(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Kinds of event that do not count; the others weigh what was said."""
    from pyspark.sql import functions as sql

    if rules.event_weights is None:
        return None
    if "event" not in rows.has:
        raise LogError("The kinds of event have weights, but no column holds the kind: choose one, or take them back.")
    weight = sql.lit(0.0)
    for kind, value in rules.event_weights.items():
        weight = sql.when(sql.col("event") == kind, sql.lit(float(value))).otherwise(weight)
    weight = as_weight(weight)
    own = weight if "weight" not in rows.has else as_weight(weight.cast("double") * sql.col("weight").cast("double"))
    shown = sql.concat(sql.lit("'"), sql.coalesce("event", sql.lit("")), sql.lit("'"))
    frame = rows.frame.withColumns({_BAD: ~(weight > 0), "weight": own})
    return _Taken(rows.but(frame, "weight"), shown)


def _returns(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows that take something back: less than nothing was sold, or the number of the receipt begins with a C."""
    from pyspark.sql import functions as sql

    if rules.returns == "keep":
        return None
    receipts = "user" if rows.users_are_sessions else "session" if "session" in rows.has else None
    if "quantity" not in rows.has and receipts is None:
        raise LogError(
            "Returns are to be left out, but no column holds quantities or receipts: choose one, or keep them."
        )
    bad = sql.lit(False)
    if "quantity" in rows.has:
        bad |= sql.coalesce(~sql.isnan("quantity") & (sql.col("quantity") < 0), sql.lit(False))
    if receipts is not None:
        bad |= sql.col(receipts).rlike(CANCELLED)
    return _marked(rows, bad, _shown(rows))


def _scores(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows that weigh less than asked for; with `equal_weights` the others all weigh 1."""
    from pyspark.sql import functions as sql

    if rules.least_weight is None and not rules.equal_weights:
        return None
    if rules.least_weight is not None and "weight" not in rows.has:
        raise LogError("A least weight is asked for, but no column holds weights: choose one, or take it back.")
    if rules.least_weight is None:
        bad = shown = sql.lit(False)
    else:
        bad = sql.col("weight") < sql.lit(rules.least_weight).cast("float")
        shown = sql.col("weight")
    found = _marked(rows, bad, shown.cast("string"))
    if not rules.equal_weights:
        return found
    return found._replace(rows=rows.but(found.rows.frame.withColumn("weight", sql.lit(1.0).cast("float")), "weight"))


def _dates(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows before the first or after the last day that is asked for."""
    from pyspark.sql import functions as sql

    if rules.first_day is None and rules.last_day is None:
        return None
    if "time" not in rows.has:
        raise LogError("A range of days is asked for, but no column holds times: choose one, or take the range back.")
    bad = sql.lit(False)
    if rules.first_day is not None:
        bad |= sql.col("time") < _seconds(rules.first_day)
    if rules.last_day is not None:
        bad |= sql.col("time") >= _seconds(rules.last_day) + _DAY
    return _marked(rows, bad, sql.date_format(sql.timestamp_seconds("time"), "yyyy-MM-dd"))


def _seconds(day: date) -> int:
    """The beginning of a day, seconds UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _named_users(rows: Rows, rules: CleaningRules) -> _Taken | None:
    from pyspark.sql import functions as sql

    if not rules.users_left_out:
        return None
    return _marked(rows, sql.col("user").isin(list(rules.users_left_out)), _shown_user(rows))


def _busy_users(rows: Rows, rules: CleaningRules) -> _Taken | None:
    from pyspark.sql import functions as sql

    if rules.most_rows_per_user is None:
        return None
    busy = rows.frame.groupBy("user").count().where(sql.col("count") > rules.most_rows_per_user).select("user")
    return _Taken(rows.but(_with_bad(rows.frame, busy)), _shown_user(rows))


def _with_bad(frame: DataFrame, bad: DataFrame) -> DataFrame:
    """The rows, those bad whose key stands in the other frame, whose only column is the key."""
    from pyspark.sql import functions as sql

    (key,) = bad.columns
    joined = frame.join(bad.withColumn(_BAD, sql.lit(True)), key, "left")
    return joined.withColumn(_BAD, sql.coalesce(_BAD, sql.lit(False)))


def _duplicates(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows alike in user, item, time and session; the first stays, with "sum" it weighs what all of them do."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    if rules.duplicates == "keep":
        return None
    alike = Window.partitionBy("user", "item", *(name for name in ("time", "session") if name in rows.has))
    alike = alike.orderBy(*PLACE)
    frame = rows.frame.withColumn(_BAD, sql.row_number().over(alike) > 1)
    if rules.duplicates == "first":
        return _Taken(rows.but(frame), _shown(rows))
    weight = sql.col("weight") if "weight" in rows.has else sql.lit(1.0)
    in_order = alike.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)  # sums of floats depend on it
    frame = frame.withColumn("weight", as_weight(sql.sum(weight.cast("double")).over(in_order)))
    return _Taken(rows.but(frame, "weight"), _shown(rows))


def _sessions(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Cut sessions anew; rows beyond the longest that is allowed go."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    if rules.sessions is None and rules.longest_session is None:
        return None
    if rules.sessions is not None and rows.users_are_sessions:
        raise LogError("Sessions are to be cut from users' histories, but no column holds users: keep the sessions.")
    if rules.sessions in ("gap", "day") and "time" not in rows.has:
        raise LogError(
            f"Sessions are to be cut by {rules.sessions}, but no column holds times: choose one, or cut otherwise."
        )
    if rules.sessions is None and not rows.users_are_sessions and "session" not in rows.has:
        raise LogError("A longest session is asked for, but there are no sessions: say how they are to be cut.")
    if rules.sessions is not None:
        rows = with_sessions(rows, rules)
    bad = sql.lit(False)
    if rules.longest_session is not None:
        in_session = Window.partitionBy(*rows.session_key).orderBy(*rows.in_time)
        bad = sql.row_number().over(in_session) > rules.longest_session
    return _marked(rows, bad, _shown_user(rows))


def with_sessions(rows: Rows, rules: CleaningRules) -> Rows:
    """Rows with sessions that are cut anew from users' histories: their number within the user, from 0."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    if rules.sessions == "user":
        return rows.but(rows.frame.withColumn("session", sql.lit(0).cast("bigint")), "session")
    history = Window.partitionBy("user").orderBy(*rows.in_time)
    before = sql.lag("time").over(history)
    if rules.sessions == "gap":
        begins = (sql.col("time") - before) > sql.lit(longest_pause(rules.session_gap_minutes))
    else:
        begins = sql.floor(sql.col("time") / _DAY) != sql.floor(before / _DAY)
    marked = rows.frame.withColumn("begins", sql.coalesce(begins, sql.lit(False)).cast("int"))
    number = sql.sum("begins").over(history.rowsBetween(Window.unboundedPreceding, Window.currentRow))
    return rows.but(marked.withColumn("session", number).drop("begins"), "session")


def _repeats(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows whose item is the one of the row before, of the same user and session."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    if rules.repeats == "keep":
        return None
    in_session = Window.partitionBy(*rows.session_key).orderBy(*rows.in_time)
    return _marked(rows, sql.lag("item").over(in_session) == sql.col("item"), _shown(rows))


def _rare_items(rows: Rows, rules: CleaningRules) -> _Taken | None:
    if rules.min_users_per_item == 1:
        return None
    few = _with_few_partners(rows.frame, "item", "user", rules.min_users_per_item)
    return _Taken(rows.but(_with_bad(rows.frame, few)), _shown_item(rows))


def _idle_users(rows: Rows, rules: CleaningRules) -> _Taken | None:
    if rules.min_items_per_user == 1:
        return None
    few = _with_few_partners(rows.frame, "user", "item", rules.min_items_per_user)
    return _Taken(rows.but(_with_bad(rows.frame, few)), _shown_user(rows))


def _with_few_partners(frame: DataFrame, name: str, other: str, least: int) -> DataFrame:
    """Those that stand beside fewer distinct others, one column."""
    from pyspark.sql import functions as sql

    partners = frame.groupBy(name).agg(sql.count_distinct(other).alias("partners"))
    return partners.where(sql.col("partners") < least).select(name)


_Rule = Callable[[Rows, CleaningRules], "_Taken | None"]
_FLOORS: tuple[tuple[Reason, _Rule], ...] = (
    ("item_with_too_few_users", _rare_items),
    ("user_with_too_few_items", _idle_users),
)
_RULES: tuple[tuple[Reason, _Rule], ...] = (
    ("event_not_counted", _events),
    ("returned", _returns),
    ("weight_below_threshold", _scores),
    ("out_of_date_range", _dates),
    ("user_left_out", _named_users),
    ("user_with_too_many_rows", _busy_users),
    ("duplicate", _duplicates),
    ("beyond_session_length", _sessions),
    ("consecutive_repeat", _repeats),
    *_FLOORS,
)
