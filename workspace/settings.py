"""Settings from loose values: a job's spec, a command line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

import pydantic

from errors import ParameterError

Settings = TypeVar("Settings", bound=pydantic.BaseModel)


def checked(model: type[Settings], values: Mapping[str, Any] | None) -> Settings:
    """The settings, defaults filled in; raises ParameterError with one sentence for the first that is wrong."""
    try:
        return model(**values or {})
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            close = difflib.get_close_matches(name, model.model_fields, 1, 0.5)
            known = f"did you mean {close[0]}?" if close else f"there are {', '.join(model.model_fields)}."
            raise ParameterError(f"There is no setting {name!r}: {known}") from error
        complaint = first["msg"][:1].lower() + first["msg"][1:]
        raise ParameterError(f"{name} = {first['input']!r} cannot be used: {complaint}.") from error
