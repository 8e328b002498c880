"""The options that commands share, from the command line and from the project's own files."""

from __future__ import annotations

import functools
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgcraft.errors import PGCraftError

from .script_options import SCRIPT_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pgcraft.review.options import Options

OUTPUT = "pgcraft-out"


def project_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the PROJECT argument and the options of every run.

    The command gets one argument more, ``options``, made of them.
    """

    @functools.wraps(command)
    def with_options(**values: Any) -> Any:
        own = {name: values.pop(name) for name in list(values) if name not in _SHARED}
        return command(options=_options(values, own.get("fail_on")), **own)

    for decorate in reversed(_DECORATORS):
        with_options = decorate(with_options)
    return with_options


@contextmanager
def noting_earlier_files(output: Path) -> Iterator[None]:
    """When the block fails, say that files which are there are none of this run's."""
    try:
        yield
    except (PGCraftError, KeyboardInterrupt):
        if (output / "SHA256SUMS").is_file():
            click.echo(f"The files in {output} are those of an earlier run.", err=True)
        raise


def _read_configuration(context: click.Context, _parameter: click.Parameter, project: Path) -> Path:
    """Let the project's own files give defaults: ``pgcraft.toml`` or ``[tool.pgcraft]``."""
    from pgcraft.project.configuration import read_toml

    context.default_map = {}
    own, pyproject = project / "pgcraft.toml", project / "pyproject.toml"
    if own.is_file():
        context.default_map = _defaults(context, read_toml(own), own)
    elif pyproject.is_file():
        table = read_toml(pyproject).get("tool", {}).get("pgcraft", {})
        context.default_map = _defaults(context, table, pyproject)
    return project


def _defaults(context: click.Context, table: dict[str, Any], source: Path) -> dict[str, Any]:
    known = {
        option.removeprefix("--"): parameter
        for command in _all_commands(context)
        for parameter in command.params
        for option in parameter.opts
    }
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise click.UsageError(f"{source} sets {', '.join(unknown)}, which pgcraft does not know.")
    return {
        name: _listed(value, known[option])
        for option, value in table.items()
        for name in [str(known[option].name)]
    }


def _listed(value: Any, parameter: click.Parameter) -> Any:
    """One value for an option that can be given several times needs no list around it."""
    several = isinstance(parameter, click.Option) and parameter.multiple
    return [value] if several and not isinstance(value, list) else value


def _all_commands(context: click.Context) -> list[click.Command]:
    """This command and its siblings: one file configures them all."""
    parent = context.parent
    group = parent.command if parent is not None else context.command
    return list(group.commands.values()) if isinstance(group, click.Group) else [group]


def _known_kinds(
    _context: click.Context, _parameter: click.Parameter, kinds: tuple[str, ...]
) -> tuple[str, ...]:
    from pgcraft.migrate import unknown_kind

    message = unknown_kind(kinds)
    if message is not None:
        raise click.BadParameter(message)
    return kinds


_DECORATORS = [
    click.argument(
        "project",
        default=".",
        is_eager=True,
        callback=_read_configuration,
        type=click.Path(path_type=Path),
    ),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Alembic configuration.  [default: alembic.ini or pyproject.toml of PROJECT]",
    ),
    click.option(
        "--models",
        multiple=True,
        metavar="MODULE[:ATTR]",
        help="The MetaData or declarative base; needed when the project does not use Alembic.",
    ),
    click.option(
        "--from",
        "from_revision",
        metavar="REV",
        help="Base revision; 'base' for an empty database.  [default: the newest revision]",
    ),
    click.option(
        "--base-ref",
        metavar="GITREF",
        help="Start from what a git ref has, such as origin/main: its revisions, or without "
        "Alembic its models.",
    ),
    click.option(
        "--base-schema",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Start from a schema that pg_dump --schema-only wrote, as SQL.",
    ),
    click.option(
        "--postgres",
        multiple=True,
        metavar="BINDIR|MAJOR",
        help="PostgreSQL programs to use; given again, the scripts of the first one are proven on "
        "each of the others too.  [default: found on this machine]",
    ),
    click.option(
        "--seed",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="SQL with rows to put into the base, for migrations of data to work on.",
    ),
    click.option(
        "--output",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help=f"Where the files go.  [default: PROJECT/{OUTPUT}]",
    ),
    click.option(
        "--message",
        default="autogenerated",
        show_default=True,
        metavar="TEXT",
        help="Message of the autogenerated revision.",
    ),
    click.option(
        "--manage",
        multiple=True,
        metavar="KIND",
        callback=_known_kinds,
        help="Let the models be the whole truth for a kind of object, such as 'view'.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="PATTERN",
        help="Leave names out of the comparison, such as 'legacy.*'.",
    ),
    *SCRIPT_OPTIONS,
    click.option(
        "--timeout",
        default=600.0,
        show_default="600",
        metavar="SECONDS",
        type=click.FloatRange(min=0, min_open=True),
        help="For each run of the project's code, and of a script in the proof.",
    ),
    click.option(
        "--no-cache",
        is_flag=True,
        help="Initialise the server anew instead of keeping its empty directory in ~/.cache.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="No progress lines."),
]

_SHARED = {
    "project",
    "config",
    "models",
    "from_revision",
    "base_ref",
    "base_schema",
    "postgres",
    "seed",
    "output",
    "message",
    "manage",
    "ignore",
    "guard",
    "lock_timeout",
    "statement_timeout",
    "no_psql",
    "timeout",
    "no_cache",
}


# Each pair is one place to start from too many; of a dump, --from says at which revision it is.
_ONE_OF = (("from_revision", "base_ref"), ("base_ref", "base_schema"))
_SPELLED = {"from_revision": "--from", "base_ref": "--base-ref", "base_schema": "--base-schema"}


def _choose_start(values: dict[str, Any]) -> None:
    """Let the command line's start win over the file's; two of one source are refused."""
    context = click.get_current_context()
    for pair in _ONE_OF:
        if any(values[name] is None for name in pair):
            continue
        said = [
            name
            for name in pair
            if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        ]
        if len(said) != 1:
            names = " and ".join(_SPELLED[name] for name in pair)
            raise click.UsageError(f"{names} both say where to start: leave one out.")
        values.update({name: None for name in pair if name not in said})


def _options(values: dict[str, Any], fail_on: Any) -> Options:
    from pgcraft.project.configuration import find_project
    from pgcraft.review.options import Options

    root = values["project"]
    _choose_start(values)
    project = find_project(root, config=values["config"], models=tuple(values["models"]))
    chosen = {} if fail_on is None else {"fail_on": fail_on}
    return Options(
        project=project,
        output=values["output"] or root / OUTPUT,
        from_revision=values["from_revision"],
        base_ref=values["base_ref"],
        base_schema=values["base_schema"],
        postgres=tuple(values["postgres"]),
        seed=values["seed"],
        message=values["message"],
        manage=tuple(values["manage"]),
        ignore=tuple(values["ignore"]),
        guard=values["guard"],
        lock_timeout=values["lock_timeout"],
        statement_timeout=values["statement_timeout"],
        psql=not values["no_psql"],
        timeout=values["timeout"],
        cache=not values["no_cache"],
        **chosen,
    )
