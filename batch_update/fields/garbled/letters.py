"""Where letters beyond ASCII stand in words of European languages: what a wrong 8-bit encoding breaks. Pure.

Rules of spelling and a few common words; no dictionary. `GrŸ§e`, `Sch”n` and `Dzieñ` are no words of any language,
`Schön`, `résumé` and `señor` are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

_words = re.compile(r"[A-Za-z\x80-\U0010ffff]+").findall
"""Letters, with the signs beyond ASCII that touch them."""

_ALPHABETS = tuple(
    frozenset(letters)
    for letters in (
        "äöüßé",  # German
        "àâæçéèêëîïôœùûüÿ",  # French
        "áéíóúüñïç",  # Spanish, Galician, Basque
        "áâàçéêíóôúü",  # Portuguese
        "àèéìíîòóù",  # Italian
        "áàçèéíïòóúü·",  # Catalan, Occitan
        "áéèêëïíóöüúâîôû",  # Dutch, Afrikaans, Luxembourgish, Welsh
        "åäöéüàšž",  # Swedish, Finnish
        "äöõüšž",  # Estonian
        "æøåéèêòôóäöüàá",  # Danish, Norwegian
        "áéíóúýþæöðø",  # Icelandic, Faroese
        "áéíóöúü",  # Hungarian, as far as Western Europe has its letters
        "áäéíóôúýšž",  # Czech, Slovak, Slovene, Croatian, as far
        "çëâêîô",  # Albanian
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýžäľĺôŕ",  # Czech, Slovak
        "áéíóöőúüű",  # Hungarian
        "ăâîșțşţ",  # Romanian
        "çğıöşüâî",  # Turkish
        "čćđšž",  # Croatian, Slovene
        "ąčęėįšųūž",  # Lithuanian
        "āčēģīķļņōŗšūž",  # Latvian
    )
)
_BETWEEN = "’‘´·\xad®™©°–—…"
_BEFORE = "„“”‚‘’«»‹›¿¡–—…§©®°·•\xad€±×µªº†´\u00a0"
_LETTER = r"[^\W\d_ªº]"
_ODD = "|".join(
    (
        rf"(?<={_LETTER})[^\w{_BETWEEN}\u00a0](?={_LETTER})",  # a sign inside a word
        rf"(?<={_LETTER})[ªº¹²³¼½¾](?={_LETTER})",
        rf"(?<!\w)[^\w{_BEFORE}](?={_LETTER})",  # a sign that begins none
        r"¤|[¦¨¬¯¸ƒˆ˜†‡‰](?=[^\W\d_])|(?<=[^\W\d_])[¤¦¨¬¯¸ƒˆ˜‡]",
        rf"(?<={_LETTER})(?:[„‚¡¿£¢±¼½¾¶†](?!\w)|[¿¡£¢¶][a-z])",  # a sign that ends none
        r"(?<=[a-ln-zA-LN-Z])³(?!\w)",
        r"[a-zß-ÿšžœ][À-ÖØ-ÞŒŠŽŸ]",  # a capital after a small letter
        r"(?<![^\W_])[A-Z][ŒŠŽŸ][a-zß-ÿ]|Ÿ[a-zß-ÿ]",
        r"[Œœ](?![uidsncltUIDSNCLT])|(?<!\w)[ŠšŽžŸ](?!\w)",
        r"[bdfghjkmnpqrtxz l]š[bdfghjkmnpqrtxzl]",
        rf"[ìù](?={_LETTER})",  # Italian and French have them last
        rf"(?<!{_LETTER})ß|(?<!{_LETTER})ð",
        r"[ñÑ](?![aeiouyáéíóúüöAEIOUYÁÉÍÓÚ])",
        r"þ(?![aeiouyáéíóúýæörvj])",
        r"ã(?![oesizn]|\W|\Z)",
        r"[^\W\d_a-zA-Z]{4}",  # a word of another alphabet, read as Latin letters
        r"[\x80-\x9f]",
    )
)
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]*").fullmatch

_PORTUGUESE = re.compile(r"ã(?=[oeszin]|\W|\Z)|õ(?=es?)").sub
"""The only places of these letters in Portuguese; elsewhere they are Estonian, or of a wrong encoding."""

_COMMON = frozenset(
    """
    für über können möchten möchte schön schöne schönen grüße grüß weiß straße groß große größe außer
    heiß heißen heißt müssen würde würden könnte könnten hätte hätten wäre wären natürlich später früher
    nächste nächsten täglich geöffnet öffnungszeiten büro ärztin ärzte rückruf zurück tür führen früh
    müller köln münchen düsseldorf zürich österreich nürnberg lübeck daß muß maß gemäß spaß fuß füße süß
    draußen begrüßung begrüßen übernehmen während wählen erklären geschäft gespräch verfügbar bestätigen
    prüfen dürfen fünf zwölf dreißig märz hören mögen gehört persönlich präsentation gebäude nähe größer
    schließen schließlich äußern bäcker bäckerei käse jäger schäfer schröder krüger böhm köhler möglich
    löschen lösung völlig gewöhnlich höflich höhe götz jörg jürgen günter günther björn sören änderung
    ändern übung übrigens ähnlich ältere öfter östlich très être même déjà après café français été voilà
    bientôt réception numéro téléphone société êtes prénom médecin santé équipe répondre réponse général
    qualité également problème première dernière décembre février août préférez élève está más también
    señor señora español española mañana teléfono número día días años qué cómo atención información
    adiós gestión aquí así después según niño niña compañía não você são até atenção informação
    português amanhã também olá então är för på från också när år två får här då där måste hälsningar
    öppet även någon något själv varför större välkommen også når være før gør må så åbent åpningstider
    hjælp spørgsmål køb børn første både våre øre længe hyvää päivää että myös minä sinä tämä mitä missä
    käyttää yhteyttä päivä það með góðan þú þér já svið się dzień proszę dziękuję może można także
    został państwo państwa są będzie już że być który które więc święta łódź kraków wrocław gdańsk
    poznań źle żeby środa piątek świętego józefa ciąży późno děkuji můžete můžeme prosím při před ještě
    čas čtvrtek příští dále více české že už když také není přes číslo měsíc středa úterý pátek neděle
    říci těším dobrý ďakujem môžete deň ešte štvrtok nedeľa telefón időpont később idő nő fő előtt
    között kérem köszönöm szép üdvözöljük hétfő csütörtök vasárnap telefonszám jövő első ügyfél gyűjtő
    működik sürgős őr nyitvatartás és már még idén időt idővel későn előtte őket nős nőknek tőle erről
    elő elsősorban kötő főleg működés erős könyvelő szülők szülő felnőtt rendelő rendelőben eső esős
    győr győri szőke gyűlés fűtés fűszer hűség nagyszerű egyszerű tűz műszak műszaki betű kiváló
    lehetőség lehetőségek megelőzés következő előző megfelelő ügyfelek bună să vă rugăm și şi aşteptați
    aşteptaţi dumneavoastră mulţumesc mulțumesc mâine această până după fără când ştiu ştim şase şapte
    ţară ţările oraş oraşul bucureşti informaţii programări deşi aţi vârstă doriţi puteţi sunaţi spuneţi
    plătiți țară știu orașul bucurești informații doriți puteți sunați spuneți şey şu şube şirket
    şirketi işte kişi başka karşı karşılama aşağı yukarı nasılsınız değilse doğru doğum sağlıklı eğer
    öğle öğleden öğrenmek bağlı bağlıyorum sayın kadın artık aynı açık kapalı yarın akşam sabahları salı
    çarşamba perşembe ığdır diş mı mısınız yıl ayı adınız soyadınız teşekkürler başlamak arıyorsunuz
    aradığınız hanım ağrı için değil müşteri hoş teşekkür bugün şimdi lütfen yardımcı günler görüşmek
    çok nasıl sağlık işlem ačiū prašome prašau šiandien jūsų mūsų padėti dėkoju kokį šį būti kodėl
    žmogus šis lūdzu mūsu jūsu būs kāpēc varētu šodien rīt ļoti arī vārds tālruņa će već što više šta
    način možete možemo želim želite vaš vaša između poruči pričekajte takođe možda čime čemu pomoć
    pomoći četvrtak doviđenja društvo područje uključite več času čez včasih pomoč počakajte četrtek
    začetek naročilo naročanje odličen učitelj keď veľmi podľa ďalší ďalšie môžem môže ľudí čakajte
    počkajte zavoláme číslom volajúci lekár večer čau teď proč můj naše může těšíme dnů dnešní některé
    počkejte lékař prosíme účet ráno može račun naša dobrodošli također ćemo
    """.split()  # noqa: SIM905  # as one types them
)


def words_in(text: str) -> list[str]:
    """Return the words of a text that hold a character beyond ASCII, with the signs that touch them."""
    return [word for word in _words(text) if not word.isascii()]


def is_common(word: str) -> bool:
    """Whether it is one of a few hundred common words with letters beyond ASCII."""
    return word.strip("„“”‚‘’«»‹›…–—\xad").casefold().replace("ß", "ss") in _FOLDED


_FOLDED = frozenset(word.casefold().replace("ß", "ss") for word in _COMMON)


def completed(text: str) -> str:
    """The text with its lost characters (U+FFFD) as common words have them; "" where one stands in no such word."""
    if text.count(LOST) > MOST_LOST:
        return ""
    found = _LETTERS_OR_LOST(
        lambda word: _completed(word[0]) if LOST in word[0] and len(word[0]) < 40 else word[0], text
    )
    return "" if LOST in found else found


def _completed(word: str) -> str:
    """Return a word with its lost letters, where only one common word has the others."""
    pattern = re.compile(word.lower().replace(LOST, "[^a-z]"))
    fits = [known for known in _COMMON if pattern.fullmatch(known)]
    if len(fits) != 1:
        return word
    return "".join(meant if sign == LOST else sign for sign, meant in zip(word, fits[0], strict=True))


LOST = "\ufffd"
MOST_LOST = 50
"""Lost characters of a text up to which words are looked for."""
_LETTERS_OR_LOST = re.compile(rf"(?:[^\W\d_]|{LOST})+").sub


@cache
def _odd_in() -> Callable[[str], re.Match[str] | None]:
    """Return the search for what no language writes; it takes a while to be compiled, and is rarely needed."""
    return re.compile(_ODD).search


def is_odd(word: str) -> bool:
    """Whether no language writes a word so."""
    if _odd_in()(word):
        return True
    if not _LATIN(word):
        letters = [sign for sign in word if sign.isalpha()]
        return any(sign < "\u0250" for sign in letters) and any(sign > "\u036f" for sign in letters)
    return not fit_together(word)


def fit_together(text: str) -> bool:
    """Whether one language has all the Latin letters beyond ASCII of a text."""
    plain = _PORTUGUESE("o", text.lower())
    special = {sign for sign in plain if "\u00c0" <= sign < "\u0250" and sign.isalpha()}
    return any(special <= alphabet for alphabet in _ALPHABETS)
