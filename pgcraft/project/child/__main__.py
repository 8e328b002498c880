"""Start of the child: give pgcraft's tree a private name, then serve.

Run as ``python PATH/TO/pgcraft/project/child SOCKET_FD``. Python puts this folder first on
``sys.path``; it is taken out again, so that a user's own ``models`` or ``history`` is found and
none of ours.
"""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path

PRIVATE_NAME = "_pgcraft"


def main() -> None:
    """Serve the jobs that arrive on the socket whose descriptor is the first argument."""
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != here]
    # A package without its __init__: pgcraft's own would import what the user may not have.
    root = types.ModuleType(PRIVATE_NAME)
    root.__path__ = [str(here.parent.parent)]
    sys.modules[PRIVATE_NAME] = root
    serve = importlib.import_module(f"{PRIVATE_NAME}.project.child.serve")
    serve.serve(int(sys.argv[1]))


main()
