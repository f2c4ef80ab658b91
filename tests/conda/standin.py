"""A stand-in for conda, which it is not: it knows the few commands that Snakemake gives.

It solves and links with py-rattler, so that channels, versions and dependencies mean what they mean to conda. What an
environment lists under `pip:` it takes from the same channel, at the versions given.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from pathlib import Path

import yaml
from rattler import Channel, MatchSpec, install, solve

ROOT = Path(os.environ["STANDIN_ROOT"])  # of this installation; below it, channels/


async def create(file: Path, *, prefix: Path) -> None:
    """Make the environment that a file describes in a new folder."""
    described = yaml.safe_load(file.read_text(encoding="utf-8"))
    named = described["channels"] + ([] if "nodefaults" in described["channels"] else ["defaults"])
    channels = [Channel((ROOT / "channels" / name).as_uri()) for name in named if name != "nodefaults"]
    listed = [item for item in described["dependencies"] if isinstance(item, str)]
    by_pip = [pin for item in described["dependencies"] if isinstance(item, dict) for pin in item["pip"]]
    if by_pip and "pip" not in listed:
        sys.exit(f"{file}: pip installs {', '.join(by_pip)}, and pip is not among the dependencies")
    specs = [MatchSpec(text) for text in [*listed, *by_pip]]
    records = await solve(channels, specs)
    await install(records, target_prefix=prefix, cache_dir=ROOT / "pkgs", show_progress=False)


def main(arguments: list[str]) -> None:
    """Answer a command as conda does, or fail."""
    match arguments:
        case ["--version"]:
            print("conda 24.7.1")
        case ["info", "--json"]:
            print(json.dumps({"conda_prefix": str(ROOT), "platform": "linux-64"}))
        case ["config", "--get", "channel_priority", "--json"]:
            print(json.dumps({"get": {"channel_priority": "strict"}}))
        case ["env", "create", "--quiet", "--no-default-packages", "--file", file, "--prefix", prefix]:
            asyncio.run(create(Path(file), prefix=Path(prefix)))
            sys.stdout.flush()
            os._exit(0)  # py-rattler's threads may crash an interpreter that is being taken down
        case ["clean", *_]:
            pass  # packages are small, and serve the next environment
        case _:
            sys.exit(f"the stand-in for conda does not know: conda {shlex.join(arguments)}")


if __name__ == "__main__":
    main(sys.argv[1:])
