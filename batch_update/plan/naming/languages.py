"""The names of languages in English and in German, by their codes: people write either, and `de` too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from batch_update.model.choices import Choice

# fmt: off
_NAMES = """
" ar Arabic Arabisch; bg Bulgarian Bulgarisch; bn Bengali Bengalisch; bs Bosnian Bosnisch; ca
Catalan Katalanisch; cs Czech Tschechisch; da Danish Dänisch; de German Deutsch; el Greek
Griechisch; en English Englisch; es Spanish Spanisch; et Estonian Estnisch; fa Persian Persisch; fi
Finnish Finnisch; fr French Französisch; ga Irish Irisch; he Hebrew Hebräisch; hi Hindi Hindi; hr
Croatian Kroatisch; hu Hungarian Ungarisch; hy Armenian Armenisch; id Indonesian Indonesisch; is
Icelandic Isländisch; it Italian Italienisch; ja Japanese Japanisch; ka Georgian Georgisch; kk
Kazakh Kasachisch; ko Korean Koreanisch; lb Luxembourgish Luxemburgisch;lt Lithuanian Litauisch; lv
Latvian Lettisch; mk Macedonian Mazedonisch; ms Malay Malaiisch; mt Maltese Maltesisch; nb Norwegian
Norwegisch; nl Dutch Niederländisch; no Norwegian Norwegisch; pl Polish Polnisch; pt Portuguese
Portugiesisch; ro Romanian Rumänisch; ru Russian Russisch; sk Slovak Slowakisch; sl Slovenian
Slowenisch; sq Albanian Albanisch; sr Serbian Serbisch; sv Swedish Schwedisch; sw Swahili Suaheli;
ta Tamil Tamil; te Telugu Telugu; th Thai Thailändisch; tl Filipino Filipino; tr Turkish Türkisch;
uk Ukrainian Ukrainisch; ur Urdu Urdu; vi Vietnamese Vietnamesisch; zh Chinese Chinesisch
"""
# fmt: on


def names_of_language(language: Choice) -> tuple[str, ...]:
    """Return all that a language may be called: `de`, `German`, `Deutsch`."""
    return tuple(filter(None, (language.code, language.name, *translated(language.code))))


def translated(code: str) -> tuple[str, ...]:
    """Return the names of a language in English and German; none of one that is not known."""
    return _names_by_code().get(code.casefold(), ())


@cache
def _names_by_code() -> Mapping[str, tuple[str, ...]]:
    """Code of a language -> its names in English and German."""
    entries = (entry.split() for entry in _NAMES.split(";"))
    return {code: tuple(names) for code, *names in entries}
