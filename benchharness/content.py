"""Where the content stands that instructors and designers edit: suites, reference, reports."""

from pathlib import Path

__all__ = ["content_root"]


def content_root() -> Path:
    """
    The folder that holds `suites/`, `reference/` and `reports/`.

    In an installed wheel that is `benchharness/_content`; in a checkout, the repository root.
    """
    packaged = Path(__file__).with_name("_content")
    return packaged if packaged.is_dir() else packaged.parent.parent
