"""What the program runs on, for whoever reports a fault."""


def what_it_runs_on() -> list[str]:
    """Python and the packages that matter most, each with its installed version; none of them is loaded for it."""
    from importlib.metadata import version
    from platform import python_version

    packages = ("textual", "sqlmodel", "sqlcipher3", "lxml", "typer")
    return [f"Python {python_version()}", *(f"{name} {version(name)}" for name in packages)]
