"""Markdown as GitLab renders it: tables, folds and images, without harmful HTML."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

import markdown

# Returns what an image's address becomes in the page, or None where there is no such image.
ImageSource = Callable[[str], str | None]

_TAGS = frozenset(
    "a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre "
    "s span strong sub summary sup table tbody td th thead tr ul".split()
)
_VOID = frozenset({"br", "hr", "img"})
_WITH_CONTENT = frozenset(
    "script style iframe object embed noscript template title textarea svg math select".split()
)
_ATTRIBUTES = {
    "a": {"title": re.compile(".*")},
    "code": {"class": re.compile(r"language-[\w-]+")},
    "details": {"open": re.compile(".*")},
    "img": {
        "alt": re.compile(".*", re.DOTALL),
        "title": re.compile(".*", re.DOTALL),
        "width": re.compile(r"\d+%?"),
        "height": re.compile(r"\d+%?"),
    },
    "ol": {"start": re.compile(r"\d+")},
    "td": {"style": re.compile(r"text-align: (left|right|center);?")},
    "th": {"style": re.compile(r"text-align: (left|right|center);?")},
}
_LINK = re.compile(r"(https?://|mailto:|#|/|\./)", re.IGNORECASE)
_EXTENSIONS = ["tables", "fenced_code", "sane_lists", "md_in_html"]


def to_html(text: str, image: ImageSource) -> str:
    """Return safe HTML.

    >>> to_html("**bold** <script>alert(1)</script>", lambda address: None)
    '<p><strong>bold</strong> </p>'
    """
    folded = re.sub(r"<details( open)?>", r'<details\1 markdown="1">', text)
    cleaner = _Cleaner(image)
    cleaner.feed(markdown.markdown(folded, extensions=_EXTENSIONS, output_format="html"))
    cleaner.close()
    return cleaner.result()


class _Cleaner(HTMLParser):
    """Copies only tags and attributes that are known to be harmless."""

    def __init__(self, image: ImageSource) -> None:
        super().__init__(convert_charrefs=True)
        self._image = image
        self._parts: list[str] = []
        self._open: list[str] = []
        self._dropping: list[str] = []

    def result(self) -> str:
        """Return what was copied, with every tag closed."""
        return "".join(self._parts + [f"</{tag}>" for tag in reversed(self._open)])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _WITH_CONTENT:
            self._dropping.append(tag)
        if self._dropping or tag not in _TAGS:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._parts.append(self._img(given))
            return
        kept = _attributes(tag, given)
        if tag == "a" and _LINK.match(given.get("href", "").strip()):
            kept += f' href="{escape(given["href"].strip())}" rel="nofollow noreferrer"'
        self._parts.append(f"<{tag}{kept}>")
        if tag not in _VOID:
            self._open.append(tag)

    def _img(self, given: dict[str, str]) -> str:
        source = self._image(given.get("src", ""))
        if source is None:
            return f"<span>[{escape(given.get('alt') or 'image')}]</span>"
        return f'<img src="{escape(source)}"{_attributes("img", given)}>'

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.pop()
            return
        if tag not in self._open:
            return  # a stray end must not close what the page has opened
        while True:
            last = self._open.pop()
            self._parts.append(f"</{last}>")
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._parts.append(escape(data, quote=False))


def _attributes(tag: str, given: dict[str, str]) -> str:
    allowed = _ATTRIBUTES.get(tag, {})
    return "".join(
        f' {name}="{escape(value)}"'
        for name, value in given.items()
        if name in allowed and allowed[name].fullmatch(value)
    )
