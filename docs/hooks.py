"""Hooks of mkdocs: pages that lie beside docs/ are part of the site, and no page of it fetches from another host."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

BESIDE = {"README.md": "index.md"} | {
    name: name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
}
"""File beside docs/ -> its page"""
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s:#]+)(#[^)\s]*)?\)")
_FETCHED = re.compile(
    r"""<(?:link|script|img|iframe|source)\b[^>]*?\b(?:href|src)=["']?((?:https?:)?//[^\s"'>]+)"""
)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that lie beside docs/."""
    for name, page in BESIDE.items():
        text = Path(config.docs_dir, "..", name).read_text("utf-8")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to where the pages are on the site. What is no page of it, such as code, is named without a link."""
    folder = "" if page.file.src_uri in BESIDE.values() else "docs"

    def moved(link: re.Match[str]) -> str:
        text, target, anchor = link[1], link[2], link[3] or ""
        target = posixpath.normpath(posixpath.join(folder, target))
        target = BESIDE.get(target, target.removeprefix("docs/"))
        return f"[{text}]({target}{anchor})" if target.endswith((".md", ".png", ".svg")) else text

    return _LINK.sub(moved, markdown)


def on_post_build(*, config: MkDocsConfig) -> None:
    """Raise where a page would fetch something from another host: whoever reads it is nobody's business."""
    for path in sorted(Path(config.site_dir).rglob("*.html")):
        if found := _FETCHED.search(path.read_text("utf-8")):
            raise PluginError(f"{path.name} fetches {found[1]}")
