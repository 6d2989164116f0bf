"""Printed documents: tagged PDF that is PDF/UA-1 (accessible) and PDF/A-3a (for the archive) in one file.

HTML and CSS are laid out by WeasyPrint. It claims one standard at a time, so the last step before the
file is written adds the second claim and the scope of each table heading. The same HTML and the same
instant always give the same bytes.

Nothing is fetched while a document is made: style sheets stand in the HTML, and the only addresses that
answer are the fonts of the list below (`font:inter-latin-400`). A document takes seconds and much memory, so
it is never made in a web request: commands call `render`, the worker calls `render_in_child`.
"""

from __future__ import annotations

import atexit
import io
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from defusedxml.ElementTree import fromstring
from markupsafe import Markup

from nt_process.infra.collecting import collected_later
from nt_process.infra.pdf_file import compress, file_of
from nt_process.infra.pdf_process import PdfUnavailableError, in_child
from nt_process.kernel.messages import LANGUAGES, N_, translator

if TYPE_CHECKING:
    from weasyprint import CSS, HTML, Document
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

PDF_TYPE = "application/pdf"
PACKAGE = Path(__file__).parents[1]
TEMPLATES = next(path for path in (PACKAGE / "_templates", PACKAGE.parent / "templates") if path.is_dir())
_FONT_FOLDERS = (PACKAGE / "static/vendor", PACKAGE.parent / "node_modules/@fontsource/inter/files")

# The alphabets of the document font, the family each is declared as, and the letters that call for it.
# Only those are declared whose letters occur, because each has to be read.
# Every weight a document uses is among them, or a substitute font would be drawn in its place.
_ALPHABETS = {
    "latin": ("Inter", re.compile("")),
    "latin-ext": ("InterExt", re.compile("[\u0100-\u0130\u0132-\u0151\u0154-\u02ba\u1e00-\u1eff]")),
    "greek": ("InterGreek", re.compile("[\u0370-\u03ff]")),
}
_WEIGHTS = (400, 600)
# Figures as wide as each other, to stand below each other in columns: a font of its own, because what a style
# sheet says of figures is made ready anew for every cell.
_FIGURES = """
@font-face { font-family: InterFigures; font-weight: 400; src: url(font:inter-latin-400); font-feature-settings: "tnum" }
"""
# WOFF2 and not WOFF: WeasyPrint writes the time of decoding into a font that comes as WOFF.
FONTS = {
    f"inter-{alphabet}-{weight}": f"inter-{alphabet}-{weight}-normal.woff2"
    for alphabet in _ALPHABETS
    for weight in _WEIGHTS
}

_VARIANT = "pdf/a-3a"

# Signs that no XML may hold; a text that was typed can (XML 1.0 § 2.2).
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The accessibility standard's own field in the metadata, and its description as the archive standard wants it
# (ISO 14289-1 § 5; ISO 19005-3 § 6.6.2.3).
_PDF_UA_CLAIM = b"""
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
  xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
 <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
   <pdfaProperty:name>part</pdfaProperty:name>
   <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
   <pdfaProperty:category>internal</pdfaProperty:category>
   <pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
  </rdf:li></rdf:Seq></pdfaSchema:property>
 </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file inside the PDF that holds the data the document was made from."""

    name: str
    description: str
    data: bytes


def html_of(template: str, language: str, **values: object) -> str:
    """A template of `templates/pdf/` filled in, with `_` translating into `language` ("sv" or "en")."""
    return _environment(language).get_template(f"pdf/{template}").render(language=language, **values)


@lru_cache(maxsize=2)
def _environment(language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = translator(language)
    environment.filters["css_string"] = _css_string
    environment.filters["css_page_numbers"] = _css_page_numbers
    return environment


def _css_string(text: str) -> Markup:
    """The text as a quoted CSS string; every character that could end it is written as its number."""
    escaped = "".join(c if c.isalnum() or c in " .,–·" else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{escaped}"')  # noqa: S704 - nothing is left in it that HTML or CSS could read


def _css_page_numbers(text: str) -> Markup:
    """A text with {page} and {pages} as CSS content that counts them."""
    counters = {"{page}": Markup("counter(page)"), "{pages}": Markup("counter(pages)")}
    parts = re.split(r"(\{pages?\})", text)
    return Markup(" ").join(counters.get(part) or _css_string(part) for part in parts if part)


def render(html: str, *, made_at: datetime, attachments: Sequence[AttachedFile] = ()) -> bytes:
    """The document as PDF, in this process. `made_at` is the time of making that the file states.

    `html` is well-formed XML: every element is closed, and only the five entities of XML are used.
    Raises PdfUnavailableError when the text layout library (Pango) is missing on this machine.
    """
    try:
        import weasyprint  # noqa: F401
    except OSError:
        raise PdfUnavailableError(
            N_("PDF cannot be made on this machine, because Pango is missing. Install Pango and try again.")
        ) from None
    with collected_later():
        fonts, elements = _fonts(_font_faces(html))
        document = _parsed(html, elements).render(font_config=fonts, pdf_variant=_VARIANT)
        return _written(document, made_at, attachments)


def prepare() -> None:
    """Do once what every document needs: decode the fonts, read the rules of hyphenation, load all parts."""
    made_at = datetime(2000, 1, 1, tzinfo=UTC)
    for language in LANGUAGES:
        html = html_of("specimen.html", language, made_at=made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        render(html, made_at=made_at, attachments=[AttachedFile("specimen.csv", "Specimen", b"specimen")])


def _parsed(html: str, elements: CSS) -> HTML:
    """The document as a tree, with the style sheet that comes before its own.

    Read as XML, which takes a tenth of the time of reading it as a browser would.
    """
    import weasyprint
    from cssselect2 import ElementWrapper

    tree = fromstring(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", html))
    source = weasyprint.HTML.__new__(weasyprint.HTML)
    source.base_url, source.url_fetcher, source.media_type = "about:document", _fetcher(), "print"
    source.wrapper_element = ElementWrapper.from_html_root(tree, content_language=None)
    source.etree_element = source.wrapper_element.etree_element
    source._ua_stylesheets = lambda forms=False: [elements]  # noqa: SLF001 - as it is called
    return source


def _font_faces(html: str) -> str:
    """The style sheet that declares the fonts whose letters occur in the document."""
    alphabets = "\n".join(
        f"@font-face {{ font-family: {family}; font-weight: {weight}; src: url(font:inter-{alphabet}-{weight}) }}"
        for alphabet, (family, letters) in _ALPHABETS.items()
        if letters.search(html)
        for weight in _WEIGHTS
    )
    return alphabets + _FIGURES


@lru_cache(maxsize=len(_ALPHABETS))
def _fonts(faces: str) -> tuple[FontConfiguration, CSS]:
    """The fonts of such a style sheet, ready to draw with, and what each element is before a document's own style.

    Every document of this process uses the same. One sheet and not two, because each is asked about every element.
    """
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    # It removes its files when it is no longer used, for which the interpreter must still be whole.
    atexit.register(_fonts.cache_clear)
    style = faces + (TEMPLATES / "pdf/elements.css").read_text()
    return fonts, CSS(string=style, font_config=fonts, url_fetcher=_fetcher())


def _written(document: Document, made_at: datetime, attachments: Sequence[AttachedFile]) -> bytes:
    from weasyprint import DEFAULT_OPTIONS, Attachment
    from weasyprint.pdf import VARIANTS, generate_pdf

    instant = made_at.astimezone(UTC).replace(tzinfo=None)
    files = [
        Attachment(
            string=file.data,
            name=file.name,
            description=file.description,
            created=instant,
            modified=instant,
            relationship="Data",
        )
        for file in attachments
    ]
    _, demanded = VARIANTS[_VARIANT]
    options = {**DEFAULT_OPTIONS, **demanded, "pdf_variant": _VARIANT, "attachments": files}
    with warnings.catch_warnings():
        # WeasyPrint leaves closing its colour profile to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        objects = generate_pdf(document, None, 1, **options)
    _finish(objects)
    return file_of(objects)


def render_in_child(html: str, *, made_at: datetime, attachments: Sequence[AttachedFile] = ()) -> bytes:
    """As `render`, in the process that is there for it (see `pdf_process`).

    Raises PdfUnavailableError also when that process dies or takes longer than five minutes.
    """
    return in_child(_render_attached, html, made_at, tuple(attachments))


def _render_attached(html: str, made_at: datetime, attachments: Sequence[AttachedFile]) -> bytes:
    return render(html, made_at=made_at, attachments=attachments)


def _fetcher() -> URLFetcher:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyFonts(URLFetcher):
        """Answers for the listed fonts and for nothing else: no file, no network, no data address."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            scheme, _, name = url.partition(":")
            if scheme != "font" or name not in FONTS:
                raise ValueError("a printed document may fetch nothing but its fonts")
            return URLFetcherResponse(url, _font(name), {"Content-Type": "font/ttf"})

    return OnlyFonts()


@lru_cache(maxsize=len(FONTS))
def _font(name: str) -> bytes:
    """The font, decoded once in each process: decoding one costs more than laying out a page."""
    from fontTools.ttLib import woff2

    decoded = io.BytesIO()
    with next(f for folder in _FONT_FOLDERS if (f := folder / FONTS[name]).is_file()).open("rb") as packed:
        woff2.decompress(packed, decoded)
    return decoded.getvalue()


def _finish(pdf: Any) -> None:
    """Claim PDF/UA-1 beside PDF/A-3a, leave the metadata uncompressed, and say what each heading heads.

    A heading's scope is enough (ISO 14289-1 § 7.5). WeasyPrint also lists the headings of every cell, which is a
    third of the structure, and below the heading of a group counts those of all groups before it.
    """
    objects = {item.reference: item for item in pdf.objects}
    metadata = objects[pdf.catalog["Metadata"]]
    metadata.compress = False
    metadata.stream = [part.replace(b"</rdf:RDF>", _PDF_UA_CLAIM + b"</rdf:RDF>") for part in metadata.stream]
    for item in pdf.objects:
        if _is_tag(item, "/TH"):
            row = objects[item["P"]]
            in_head = objects[row["P"]]["S"] == "/THead"
            item["A"]["Scope"] = "/Column" if in_head else "/Row"
            del item["ID"]
        elif _is_tag(item, "/TD"):
            del item["A"]["Headers"]
            if len(item["A"]) == 1:
                del item["A"]
        elif getattr(item, "compress", False):
            compress(item)
    _hold_text_directly(pdf, objects)
    _hold_drawings_whole(pdf, objects)


def _is_tag(item: Any, name: str) -> bool:
    return isinstance(item, dict) and item.get("S") == name


def _hold_text_directly(pdf: Any, objects: Mapping[bytes, Any]) -> None:
    """Let a cell, a paragraph or a heading hold its runs of text itself, not each in a span of its own.

    The spans are half of all objects and say nothing (ISO 14289-1 asks for none).
    """
    held: dict[bytes, bytes] = {}
    for item in pdf.objects:
        if _is_tag(item, "/Span") and item["K"] and type(item["K"][0]) is int:
            holder = objects[item["P"]]
            content = holder["K"]
            content[content.index(item.reference)] = item["K"][0]
            held[item.reference] = holder.reference
            item.free = "f"
    _now_held(pdf, objects, held)


def _hold_drawings_whole(pdf: Any, objects: Mapping[bytes, Any]) -> None:
    """Let the picture in a `figure` hold the labels that stand over it, so that its description is read for all.

    Without this they would be read one by one, as loose words (ISO 14289-1 § 7.3).
    """
    held: dict[bytes, bytes] = {}
    for picture in pdf.objects:
        holder = objects.get(picture["P"]) if _is_tag(picture, "/Figure") else None
        if holder is None or holder["S"] != "/NonStruct":
            continue
        for reference in [kid for kid in holder["K"] if kid != picture.reference]:
            label = objects[reference]
            picture["K"] += label["K"]
            holder["K"].remove(reference)
            held[reference] = picture.reference
            label.free = "f"
    _now_held(pdf, objects, held)


def _now_held(pdf: Any, objects: Mapping[bytes, Any], held: Mapping[bytes, bytes]) -> None:
    """Say of each run of text by what it is held, after it came from one (a key of `held`) to another."""
    numbers = objects[objects[pdf.catalog["StructTreeRoot"]]["ParentTree"]]["Nums"]
    for page in numbers[1::2]:
        if isinstance(page, list):
            page[:] = [held.get(reference, reference) for reference in page]
