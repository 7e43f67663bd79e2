"""Definitions and parts of them as YAML text: written the way people write form.yaml, and read as form.yaml is.

>>> print(yaml_of({"key": "spent", "required": True}), value_of("[a, b]"), value_of("2024"))
{key: spent, required: true} ['a', 'b'] 2024
"""

from __future__ import annotations

from typing import Any

import yaml

from xlperf.forms.written.yaml_file import parsed

WIDTH = 130  # of a line of form.yaml
ENDLESS = 10**9


class _Dumper(yaml.SafeDumper):
    """YAML that writes everything out: people do not know anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def yaml_of(value: Any) -> str:
    """A value in one line."""
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=True, width=ENDLESS)
    return str(text).removesuffix("\n").removesuffix("\n...")


def document_of(value: Any) -> str:
    """A whole form.yaml: small parts in one line, the others indented."""
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDTH)
    return str(text)


def value_of(text: str) -> Any:
    """What a text in YAML says.

    Raises:
        ValueError: it is none.
    """
    try:
        return parsed(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(str(error)) from None
