"""Pages out of the templates: escaped, and every text cleaned on its way in."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchharness.content import content_root
from benchharness.reporting.plain_text import plain

__all__ = ["asset", "policy_hash", "prepare", "render"]


_FOR_STAFF = ("comparison", "dashboard")


def prepare() -> None:
    """Compile the templates of a submission's page, so that forks of this process share them."""
    for name in _environment().list_templates():
        if not name.startswith(_FOR_STAFF):
            _environment().get_template(name)


def render(template: str, **values: object) -> str:
    """The page that a template of `reports/templates/` makes of the values."""
    return _environment().get_template(template).render(**values)


@cache
def asset(name: str) -> Markup:
    """A file of `reports/static/`, to be inlined as it stands."""
    return Markup((content_root() / "reports" / "static" / name).read_text(encoding="utf-8"))


def policy_hash(script: Markup) -> str:
    """What a page's policy knows its one script by."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


@cache
def _environment() -> Environment:
    """The templates, compiled once for all pages of this process."""
    return Environment(
        loader=FileSystemLoader(content_root() / "reports" / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain_output,
    )


def _plain_output(value: object) -> object:
    """Every value on its way into a template, cleaned unless a template made it."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value
