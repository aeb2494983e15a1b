"""The version of aorm, and what pickles say of it."""

from __future__ import annotations

import warnings

__version__ = "0.1.0"

# The name under which pickled objects keep the version that wrote them.
VERSION_KEY = "_aorm_version"


def warn_of_other_version(kind: str, version: str | None) -> None:
    """Warn where a pickle was written by another version, as Django does: its state may not fit."""
    if not version:
        warnings.warn(f"Pickled {kind} instance's aorm version is not specified.", RuntimeWarning, stacklevel=3)
    elif version != __version__:
        warnings.warn(
            f"Pickled {kind} instance's aorm version {version} does not match the current version {__version__}.",
            RuntimeWarning,
            stacklevel=3,
        )
