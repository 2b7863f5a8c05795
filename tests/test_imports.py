"""No module imports itself by way of others, imports inside functions included; no command imports another."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "pipeline"
PACKAGE = "corestory"


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """All imports but those that only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from (found for other in node.orelse for found in imports(other))
        else:
            yield from imports(node)


def import_graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """The modules that each module imports, anywhere in its code."""
    graph: dict[str, set[str]] = {}
    for module, source in sources.items():
        named: set[str] = set()
        for node in imports(ast.parse(source)):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            else:
                assert node.level == 0, f"{module}: a relative import"
                # `from package import name` imports the module `package.name`, or else takes a name of the package.
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    named.add(whole if whole in sources else str(node.module))
        graph[module] = named & set(sources) - {module}
    return graph


def cycle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    paths = (SOURCE / PACKAGE).rglob("*.py")
    return import_graph({module_name(path): path.read_text(encoding="utf-8") for path in paths})


def test_a_cycle_through_an_import_inside_a_function_is_found() -> None:
    sources = {"a": "from b import f", "b": "def f():\n    if 1:\n        import c", "c": "from a import g"}
    assert set(cycle(import_graph(sources))) == {"a", "b", "c"}
    hint = {"a": "from b import f", "b": "if TYPE_CHECKING:\n    from a import g"}
    assert not cycle(import_graph(hint))


def test_no_module_imports_itself_by_way_of_others(graph: dict[str, set[str]]) -> None:
    assert not cycle(graph), " imports ".join(cycle(graph)[::-1])
