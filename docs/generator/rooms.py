"""The packages of xlperf and the directions between them, as the page on architecture shows them."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator

from support.paths import REPOSITORY

ROOT = REPOSITORY / "xlperf"


def rooms() -> str:
    """Every package with its docstring and the names of its modules, from the highest to the lowest."""
    return "\n".join(line for layer in layers() for name in layer for line in room(name)).rstrip("\n")


def room(name: str) -> Iterator[str]:
    """One package and those in it; nothing for a module that stands by itself."""
    folder = ROOT / name
    if not folder.is_dir():
        return
    first, _, rest = (ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or "").partition("\n")
    modules = ", ".join(f"`{path.stem}`" for path in sorted(folder.glob("*.py")) if path.stem != "__init__")
    yield f"### {name}/\n"
    yield f"{first}\n"
    yield f"{' '.join(rest.split())}\n"
    yield f"Modules: {modules}.\n"
    for inner in sorted(path.parent.name for path in folder.glob("*/__init__.py")):
        yield from room(f"{name}/{inner}")


def directions() -> str:
    """The layers of pyproject.toml, the highest first."""
    lines = [" | ".join(layer) for layer in layers()]
    return "\n".join(["```text", *lines, "```"])


def layers() -> list[list[str]]:
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layered,) = (contract for contract in contracts if contract["type"] == "layers")
    return [[name.strip().removeprefix("xlperf.") for name in layer.split("|")] for layer in layered["layers"]]
