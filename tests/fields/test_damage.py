"""Text that nobody typed is refused at its cell, with what it most likely was; text that somebody typed never is."""

from __future__ import annotations

import pytest

from batch_update.codes import CODES
from batch_update.fields.cells import LEAVE, CellError, read_cell, show_cell
from batch_update.fields.garbled.damage import LIMIT, damage_of
from batch_update.fields.garbled.misread import CODECS, readings_undone

TEXTS = [
    "Grüße aus Köln",
    "Füße, Straße, schön",
    "“Hallo” – it’s",
    "Preis: 10 €, nicht möglich…",
    "Bonjour, à bientôt à Paris, ça va",
    "Dzień dobry, być może żółć",
    "Příliš žluťoučký kůň",
    "привет мир, как дела",
    "São Paulo é ótimo",
    "Καλημέρα κόσμε",
    "Termin 😀 bestätigt",
]


def misread(text: str, codec: str) -> str:
    """UTF-8 read as this codec; what it does not have becomes a control character, as browsers do it."""
    return "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != "iso8859-2"])
@pytest.mark.parametrize("text", TEXTS)
def test_utf8_that_was_read_as_something_else_is_undone(text: str, codec: str) -> None:
    assert readings_undone(misread(text, codec)) == text


@pytest.mark.parametrize("times", [2, 3])
def test_also_several_times(times: int) -> None:
    text = "Grüße"
    for _ in range(times):
        text = misread(text, "cp1252")
    assert readings_undone(text) == "Grüße"


TYPED = [
    *TEXTS,
    "Sage „Ä“, „Ö“ und „Ü“ deutlich",
    "BIS AMANHÃ”, disse",
    "AMANHÃ…",
    "HÄMEENLINNA–JYVÄSKYLÄ–TAMPERE, LIMBA ROMÂNĂ–ENGLEZĂ",
    "там, топ, қытай, Латвия, Италия",
    "Das macht Spaß“",
    "groß… und Spaß–",
    "dit-il « là… »",
    "CAFÉ™",
    "√π = x, 3 × 4 ± 0,5",
    "├── eins\n│   └── zwei\n┌─┬─┐",
    "CĂŞTI și Ăştia",
    "PLÍŠEK MANÉŽ",
    "20 °C, §5, ½ l, m², nº 1, 1ª",
    "Ä… ja, Å” nein",
    "СССР, ВІДПОВІДЬ",
    "Hat AT&T angerufen? R&D, Müller & Söhne",
    "## Aufgabe\n- eins\n### Ablauf\n#1",
    "If the value is undefined, say: one moment. Loading... is no answer, nor is [object Object].",
    "ask for the file_xtra_ name and C:\\users",
    "x" * (LIMIT - 1),
    "x" * (LIMIT + 1),
]


@pytest.mark.parametrize("text", TYPED)
def test_what_somebody_typed_is_sent_as_it_stands(text: str) -> None:
    assert damage_of(text) is None
    assert read_cell("system_prompt", text) == text


@pytest.mark.parametrize(
    ("text", "code", "likely"),
    [
        ("GrÃ¼ÃŸ Gott, Praxis Dr. WeiÃŸ", "C115", "Grüß Gott, Praxis Dr. Weiß"),
        ("Ihr Spezialist fÃ¼r Ihr Zuhause, immer fÃ¼r Sie da", "C115", "für Ihr Zuhause"),
        ("MĂĽller", "C115", "Müller"),
        ("MÃŒller", "C115", ""),
        ("GRÃ–SSE ODER GRÃ–ẞE", "C115", "GRÖSSE"),
        ("Zo├ź, R├Şdgr├Şd, Gro├č", "C115", "Zoë, Rødgrød, Groß"),
        ("Mц╪ller", "C115", "Müller"),
        ("M├╝ller, ├Цffnung", "C115", "Müller"),
        ("MĆ¼ller", "C115", "Müller"),
        ("Gr\ufffd\ufffd Gott, Praxis Dr. Wei\ufffd", "C115", "Grüß Gott, Praxis Dr. Weiß"),
        ("Xy\ufffd Gott", "C115", ""),
        ("Hello \ufffe", "C115", ""),
        ("Sch\x94n", "C115", "Sch”n"),
        ("Hi _xD83D__xDE00_ there", "C116", "Hi 😀 there"),
        ("eins_x000D_\nzwei", "C116", ""),
        ("Gr\\u00fc\\u00dfe", "C116", "Grüße"),
        ("Gr&uuml;&szlig;e, 10&nbsp;Uhr", "C116", "Grüße"),
        ("Gr&#252;&#xdf;e", "C116", "Grüße"),
        ("x" * LIMIT, "C117", ""),
        ("😀" * (LIMIT // 2) + "x", "C117", ""),
        *((hashes, "C106", "") for hashes in ("##", "###", "#" * 255, "#" * 32_000, " #### ", "＃＃＃＃")),
        *(
            (word, "C106", "")
            for word in ("Loading...", "Loading…", "Lädt …", "Wird geladen...", "[object Object]")
        ),
        ("[object Object],[object Object]", "C106", ""),
        ("System.String[]", "C106", ""),
        *((word, "C105", "") for word in ("undefined", "(blank)", "(Leer)", "NaN")),
    ],
)
def test_what_nobody_typed_is_refused(text: str, code: str, likely: str) -> None:
    with pytest.raises(CellError) as error:
        read_cell("system_prompt", text)
    assert error.value.code == code
    assert likely in error.value.remedy
    assert CODES[code].title in str(error.value)


@pytest.mark.parametrize("text", ["a \\ud83d b", "a _xD83D_ b", "a _xFFFF_ b", "a _x0085_ b"])
def test_nothing_is_proposed_for_an_escape_that_stands_for_no_character(text: str) -> None:
    found = damage_of(text)
    assert found is not None and (found.code, found.likely) == ("C116", "")


@pytest.mark.parametrize(
    "field", ["webhook_url", "timezone", "tools", "variables", "filler_config", "post_call_schema"]
)
@pytest.mark.parametrize("text", ['["GrÃ¼ÃŸe"]', '["Gr\ufffdn"]', '["a_x000D_b"]'])
def test_so_it_is_inside_other_values(field: str, text: str) -> None:
    with pytest.raises(CellError) as error:
        read_cell(field, text)
    assert error.value.code in {"C115", "C116"}


@pytest.mark.parametrize(
    "text",
    ["GrÃ¼ÃŸe", "Gr\ufffd", "_x000D_", "&uuml;", "\\u00fc", "x" * LIMIT, "###", "\u200b", "Loading..."],
)
def test_whoever_means_it_writes_it_in_quotes(text: str) -> None:
    assert read_cell("system_prompt", show_cell("system_prompt", text)) == text
    assert read_cell("variables", show_cell("variables", {text: [text]})) == {text: [text]}


@pytest.mark.parametrize(
    "text",
    ["\u200b", " \u200b\ufeff ", "\u00ad", "\u2060\u200e", "\u3164", "\u2800", "\ufe0f", "\x01", "\u00a0"],
)
@pytest.mark.parametrize("field", ["name", "speech_speed", "voice_id", "record", "tools", "webhook_url"])
def test_what_nobody_sees_is_an_empty_cell(field: str, text: str) -> None:
    assert read_cell(field, text) is LEAVE


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [("voice_id", "\ufeff533", 533), ("record", "ja\u200b", True), ("speech_speed", "\u200e1.1\u200e", 1.1)],
)
def test_what_nobody_sees_around_a_value_means_nothing(field: str, text: str, value: object) -> None:
    assert read_cell(field, text) == value


@pytest.mark.parametrize("letters", ["äß", "öß", "üß"])
@pytest.mark.parametrize("codec", CODECS)
def test_letters_that_are_passed_over_are_in_no_encoding_a_misread_character(
    letters: str, codec: str
) -> None:
    try:
        data = letters.encode(codec)
    except UnicodeEncodeError:
        return
    for part in (data, data[:1], data[1:]):
        with pytest.raises(UnicodeDecodeError):
            part.decode()
