"""Encoding, delimiter and decimal sign are guessed right; where they cannot be, it is said."""

from __future__ import annotations

import random
import time
from itertools import product

import pytest

from batch_update.errors import SheetError, UsageError
from batch_update.settings.layers import read_settings
from tests.sheet.tables import read_bytes, read_text

GERMAN = {
    "headers": [
        "ID",
        "Bezeichnung",
        "Stimme",
        "Temperatur",
        "Tempo",
        "Begrüßung",
        "Prompt",
        "Stabilität",
        "_Notiz",
    ],
    "names": [
        "Bäckerei Größe",
        "Praxis Dr. Weiß",
        "Autohaus Köhler & Söhne",
        "Café „Zur Post“",
        "Straßenbau; Meier",
    ],
    "prompts": [
        "Öffnungszeiten: Mo-Fr, 9-18 Uhr",
        "Sagen Sie: „Guten Tag“, dann\nfragen Sie; höflich",
        "€ 5,00, 3 | 4",
    ],
}
ENGLISH = {
    "headers": ["id", "name", "voice_id", "llm_temperature", "speech_speed", "initial_message", "system_prompt",
                "voice_stability", "_note"],
    "names": ["Smith & Sons", "Café Royal", "O'Brien, Ltd.", "The “Old” Inn", "Plain name"],
    "prompts": ["Open 9-5, Mon-Fri; be kind", "Say hello.\nThen ask; wait, listen | repeat", "Price: £5.00, 3;4"],
}  # fmt: skip
CODECS = ["utf-8", "utf-8-sig", "cp1252", "utf-16"]


def sheet_of(language: dict[str, list[str]], delimiter: str, decimal: str, seed: int) -> str:
    """A sheet as a person makes it: some columns, some cells left empty, numbers with and without decimals."""
    rng = random.Random(seed)
    count = rng.randint(2, len(language["headers"]))
    columns = [0, *sorted(rng.sample(range(1, len(language["headers"])), count - 1))]

    def number(low: float, high: float) -> str:
        return rng.choice(["", "1", f"{rng.uniform(low, high):.2f}".replace(".", decimal)])

    def cell(column: int) -> str:
        kinds = [
            str(rng.randint(1, 99999)),
            rng.choice(language["names"]),
            str(rng.randint(1, 600)),
            number(0, 1),
            number(0.7, 1.2),
            rng.choice(language["names"]),
            rng.choice(language["prompts"]),
            number(0, 1),
            "x",
        ]
        text = kinds[column]
        needs = any(sign in text for sign in (delimiter, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    lines = [delimiter.join(language["headers"][column] for column in columns)]
    lines += [delimiter.join(map(cell, columns)) for _ in range(rng.randint(1, 30))]
    return "\r\n".join(lines) + "\r\n"


def test_the_dialects_of_640_sheets_are_guessed_right() -> None:
    """Two languages, four delimiters, two decimal signs, four encodings, ten sheets of each: none wrong."""
    wrong: list[tuple[str, ...]] = []
    judged = {"encoding": 0, "delimiter": 0, "decimal": 0}
    for (name, language), delimiter, decimal, codec, seed in product(
        {"de": GERMAN, "en": ENGLISH}.items(), ",;\t|", ",.", CODECS, range(10)
    ):
        text = sheet_of(language, delimiter, decimal, seed)
        dialect = read_bytes(text.encode(codec)).dialect
        ascii_only = text.isascii()
        told = {
            "encoding": {"utf-16": "utf-16-le"}.get(
                codec, "utf-8" if ascii_only and codec == "cp1252" else codec
            ),
            "delimiter": delimiter,
        }
        if has_decimals(text, delimiter, decimal):
            told["decimal"] = decimal
        for what, expected in told.items():
            judged[what] += 1
            if getattr(dialect, what) != expected:
                wrong.append((name, what, expected, getattr(dialect, what), str(seed)))
    assert not wrong
    assert judged["encoding"] == judged["delimiter"] == 640 and judged["decimal"] > 300


def has_decimals(text: str, delimiter: str, decimal: str) -> bool:
    """Whether a cell of a number column has decimals; else there is nothing to guess from."""
    import csv
    import io

    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    wanted = {"Temperatur", "Tempo", "Stabilität", "llm_temperature", "speech_speed", "voice_stability"}
    return any(decimal in row[c] for row in rows for c, name in enumerate(header) if name in wanted)


def test_ascii_until_far_into_the_file_is_still_cp1252() -> None:
    text = "id,name\n" + "1,plain\n" * 300_000 + "2,Größe\n"
    sheet = read_bytes(text.encode("cp1252"))
    assert (sheet.dialect.encoding, sheet.row(len(sheet) - 1).cells) == ("cp1252", ("2", "Größe"))


def test_a_character_over_the_edge_of_two_blocks_is_whole() -> None:
    start = "id,name\n1," + "x" * ((1 << 20) - 11)
    assert len(start) == (1 << 20) - 1
    sheet = read_bytes((start + "ü\n").encode())
    assert sheet.dialect.encoding == "utf-8" and sheet.columns[1].texts[0].endswith("xü")


def test_a_damaged_utf8_file_is_not_taken_for_cp1252() -> None:
    """Read as cp1252 it would turn every ü of every prompt into two characters."""
    data = "id,name\n1,Größe\n2,Käse\n3,Müller\n4,".encode() + b"\xff\n" + "5,Öl\n".encode()
    with pytest.raises(SheetError) as caught:
        read_bytes(data)
    assert caught.value.code == "S104"
    assert "line 5" in caught.value.message and "0xff" in caught.value.message


def test_a_byte_that_no_encoding_explains_is_named_with_its_line() -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes(b"id,name\n1,a\n2,M\xc3\xbcller, M\xc3\xbcller \x81\n")
    assert caught.value.code == "S104"
    assert "line 3" in caught.value.message and "the setting encoding" in caught.value.remedy


SENTENCES = {
    "cp850": [
        "Schön, daß Sie anrufen. Wäre",
        "Praxis Dr. Weiß",
        "Señor Núñez mañana",
        "Ærø, blåbærgrød på øen",
    ],
    "cp437": ["Grüße aus Köln", "Öffnungszeiten: täglich", "Bonjour, vous êtes très aimable"],
    "mac-roman": [
        "Grüße aus der Küche",
        "Köln",
        "“Hallo” – it’s",
        "l’été à Paris",
        "El niño está más allá",
        "Hvordan går det? Åse",
    ],
    "cp1250": [
        "Łódź; Dzień dobry, tu przychodnia Świętego Józefa",
        "Děkuji, můžete čekat",
        "később, előtt",
        "Bună ziua, vă rugăm să aşteptaţi",
    ],
    "iso8859-2": ["Środa i święta, proszę o źródło", "Příští čtvrtek"],
    "cp1254": ["Hoş geldiniz, müşteri hizmetleri"],
    "iso8859-15": ["Preis: 50 € für Größe"],
    "cp1251": ["Здравствуйте, чем могу помочь?"],
    "cp1257": ["Laba diena, ačiū, prašome palaukti"],
}


@pytest.mark.parametrize(
    ("codec", "text"), [(codec, text) for codec, texts in SENTENCES.items() for text in texts]
)
@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n"])
def test_what_cp1252_makes_no_words_of_is_uncertain_and_shown_as_it_may_be(
    codec: str, text: str, newline: str
) -> None:
    data = newline.join(["id|name", "1|plain", f"2|{text}", ""])
    with pytest.raises(SheetError) as caught:
        read_bytes(data.encode(codec))
    assert caught.value.code == "S121" and "line 3" in caught.value.message
    assert caught.value.details[1].startswith("cp1252 "), "each reading has a line of its own"
    assert f"2|{text}"[:60] in caught.value.message
    assert (
        f"the setting encoding={'cp850' if codec == 'cp437' else codec}" in caught.value.remedy
        or codec in caught.value.message
    )
    assert read_text(data, codec, encoding=codec).row(1).cells == ("2", text)


@pytest.mark.parametrize(
    "text",
    [
        "Grüße an Herrn Müller, schöne Straße, 50 € für 2 m², 20 °C, ½ l, §5",
        "“Hallo” – it’s, l’été, geht´s, »Wort«, „Wort“, ‚Wort‘, …",
        "Señor Núñez, ¿qué tal? ¡Hola! mañana, Nº 1, 1ª",
        "São Paulo, não, irmã, manhãs, ações, mãe",
        "déjà vu, Œuvre, cœur, naïve, où, ÉCOLE À PARIS",
        "Ærø, blåbærgrød, Søren, Åse, Øystein",
        "Þórður Guðrún, Ísafjörður, það er",
        "hyvää päivää, Šibenik, öljy, Märta Ångström",
        "Tomaš Žižek, Aleš, Košice",
        "città, perché, lunedì, più, però, È così",
        "Citroën, façade, jalapeño, smörgåsbord, Müller™ GmbH®",
        "col·legi, història, Barça",
        "põhja, õun, jõulud, võõras",
        "EÖQ, ÄÖÜ, STRASSE, CAFÉ",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_words_of_western_europe_are_read_without_a_question(text: str, newline: str) -> None:
    data = newline.join(["id|name", f"1|{text}", f"2|{text.upper()}", "3|für alle", ""])
    sheet = read_text(data, "cp1252")
    assert sheet.dialect.encoding == "cp1252" and sheet.row(0).cells == ("1", text)


def test_the_doubt_costs_no_more_than_a_look_at_each_byte() -> None:
    """A long line without the bytes that it is about is gone over once, not from each of its places."""
    started = time.process_time()
    with pytest.raises(SheetError, match="line 3"):
        read_bytes(b"id,name\n1," + b"x y " * 500_000 + "\n2,Schön\n".encode("cp850"))
    assert time.process_time() - started < 5


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["Größe", "Анна", "Λόγος", "你好，请问您需要什么帮助？", "ArЯnЯe"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_wide_encodings_are_read_with_and_without_a_mark(codec: str, text: str, mark: str) -> None:
    sheet = read_text(f"{mark}id;name\r\n1;{text}\r\n", codec)
    assert (sheet.dialect.encoding, sheet.row(0).cells) == (codec, ("1", text))
    assert [column.header for column in sheet.columns] == ["id", "name"]


def test_one_nul_byte_makes_no_utf16() -> None:
    sheet = read_bytes(b"id,name\n1,a\x00b\n22,c\n")
    assert sheet.dialect.encoding == "utf-8" and sheet.problems[0].code == "S110"


def test_utf16_without_a_mark_is_seen_by_its_zeros() -> None:
    for codec in ("utf-16-le", "utf-16-be"):
        sheet = read_bytes("id;name\n1;Größe\n".encode(codec))
        assert (sheet.dialect.encoding, sheet.row(0).cells) == (codec, ("1", "Größe"))


def test_a_mark_is_no_part_of_the_first_header() -> None:
    for codec in ("utf-8-sig", "utf-16"):
        assert read_bytes("id,name\n1,x\n".encode(codec)).columns[0].header == "id"
    assert read_bytes("id,name\n1,x\n".encode("utf-8-sig"), encoding="utf-8").columns[0].header == "id"
    assert read_bytes("id,name\n1,x\n".encode("utf-16"), encoding="utf-16").columns[0].header == "id"


@pytest.mark.parametrize("codec", ["klingon", "base64", "rot13", "hex", "", "idna\0"])
def test_an_encoding_that_is_none_is_a_wrong_setting(codec: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_settings({"encoding": codec})
    assert caught.value.code == "U101"


def test_bytes_that_do_not_fit_the_users_encoding_are_not_guessed_around() -> None:
    with pytest.raises(SheetError) as caught:
        read_bytes("id,name\n1,Größe\n".encode("cp1252"), encoding="utf-8")
    assert caught.value.code == "S104"


def test_a_character_cut_off_at_the_edge_of_a_block_is_the_one_that_is_named() -> None:
    data = b"id,name\n1,".ljust((1 << 20) - 1, b"x") + b"\xc3x\n"
    with pytest.raises(SheetError) as caught:
        read_bytes(data, encoding="utf-8")
    assert "byte 0xc3" in caught.value.message


def test_known_headers_beat_what_stands_in_the_cells() -> None:
    sheet = read_text("id;name\n1;a,b,c,d\n2;e,f,g,h\n")
    assert sheet.dialect.delimiter == ";"


def test_unknown_headers_leave_it_to_the_width_of_the_rows() -> None:
    sheet = read_text("foo|bar, baz\n1|a\n2|b, c, d\n")
    assert sheet.dialect.delimiter == "|"


def test_headers_that_the_user_maps_count_as_known() -> None:
    sheet = read_text("Nr.;Foo, x, y, z\n1;a, b, c, d\n", map="Nr.=id", ignore="Foo, x, y, z")
    assert sheet.dialect.delimiter == ";"


def test_headers_of_parts_count_as_known() -> None:
    """And the user's `label_ids-` is not mistaken for `label_ids`."""
    assert read_text("variables.a,b;variables.c\n1,2;3\n").dialect.delimiter == ";"
    assert read_text("id|a, b, label_ids-\n1|2, 3, 4\n", ignore="a, b, label_ids-").dialect.delimiter == "|"


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("id;llm_temperature\n1;0,5\n", ","),
        ("id;llm_temperature\n1;0.5\n", "."),
        ('id,llm_temperature\n1,"0,5"\n', ","),
        ("id,llm_temperature\n1,0.5\n", "."),
        ("id;name\n1;0.5\n", ","),  # a name says nothing; the semicolon does
        ("id,name\n1,x\n", "."),
        ('id,llm_temperature\n1,0.5\n2,"0,5"\n3,"0,6"\n', ","),
        ("id;llm_temperature\n" + "1;1\n" * 5000 + "2;0.5\n", "."),
        ("id;Waerme\n1;0.5\n", ","),
    ],
)
def test_the_decimal_sign_comes_from_columns_of_numbers(text: str, decimal: str) -> None:
    assert read_text(text).dialect.decimal == decimal


def test_a_mapped_column_tells_the_decimal_sign_too() -> None:
    assert read_text("id;Waerme\n1;0.5\n", map="Waerme=llm_temperature").dialect.decimal == "."


def test_a_mark_of_utf8_beats_the_users_encoding() -> None:
    """`failed.csv` of a cp850 sheet is UTF-8 with a mark, and is applied with the same flags."""
    sheet = read_bytes("id;name\n1;Größe\n".encode("utf-8-sig"), encoding="cp850")
    assert (sheet.dialect.encoding, sheet.row(0).cells) == ("utf-8-sig", ("1", "Größe"))
