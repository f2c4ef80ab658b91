"""The address of a tracking store: of which kind it may be, and that it holds no password.

An address is written to ``results/tracking.json``, to logs and to Snakemake's notes, so passwords come by other ways:
those of MLflow (``MLFLOW_TRACKING_USERNAME``, ``_PASSWORD``, ``_TOKEN``) and of PostgreSQL (``PGPASSWORD``,
``~/.pgpass``).
"""

from __future__ import annotations

import re

KINDS = "http://host:5000, https://host, postgresql://user@host/database, sqlite:////folder/mlflow.db"
_KNOWN = re.compile(r"(https?|postgresql(\+psycopg2)?)://[^/]|sqlite:///.")
_SECRETS = (  # a password may hold anything but a space, an @ and a / too
    (re.compile(r"(https?://)\S*@"), r"\1***@"),
    (re.compile(r"(://[^/\s:@]*):\S*@"), r"\1:***@"),
    (re.compile(r"([?&][^=&\s]*(?:password|token|secret)[^=&\s]*=)[^&\s]*", re.IGNORECASE), r"\1***"),
)


def masked(text: str) -> str:
    """Return a text with ``***`` for each password in an address, and for a server's user as well."""
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    return text


def fault_of(uri: str) -> str | None:
    """Return what is wrong with a store's address and the remedy, without its password; None for a good one."""
    if not _KNOWN.match(uri):
        return f"{masked(uri)} is no address of a tracking store; write one like {KINDS}"
    if masked(uri) == uri:
        return None
    variables = "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD" if is_server(uri) else "PGPASSWORD or ~/.pgpass"
    return f"{masked(uri)} holds a password, which would be written to files; remove it, and give it in {variables}"


def is_server(uri: str) -> bool:
    """Tell whether an address is an MLflow server's, not a database's."""
    return uri.startswith(("http://", "https://"))
