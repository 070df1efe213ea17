"""The account that the sheets of the zoo are about: what names in them can stand for."""

from __future__ import annotations

from batch_update.model.choices import Catalog, Choice, Choices

ACCOUNT = Choices(
    {
        Catalog.LANGUAGES: (Choice(1, "German", "de"), Choice(2, "English", "en"), Choice(3, "French", "fr")),
        Catalog.VOICES: (
            Choice(412, "Sabine", language_id=1),
            Choice(418, "Clara", language_id=1),
            Choice(421, "Clara", language_id=2),
            Choice(430, "Jürgen", language_id=1),
        ),
        Catalog.PHONE_NUMBERS: (
            Choice(7, "+49301234500", "DE"),
            Choice(8, "+49301234501", "DE"),
            Choice(9, "+4312345678", "AT"),
        ),
        Catalog.LLM_MODELS: (Choice(3, "GPT-4.1 mini", "gpt-4.1-mini"), Choice(4, "Claude", "claude")),
        Catalog.KNOWLEDGEBASES: (Choice(31, "Öffnungszeiten"), Choice(32, "Preise 2026")),
        Catalog.TOOLS: (Choice(41, "Termin buchen"), Choice(42, "Rückruf")),
        Catalog.LABELS: (Choice(11, "VIP"), Choice(12, "Testkunde"), Choice(13, "2026")),
        Catalog.FOLDERS: (Choice(21, "Praxen Nord"), Choice(22, "Bäckereien")),
        Catalog.ASSISTANTS: (
            Choice(10001, "Praxis Weiß – Empfang"),
            Choice(10002, "Bäckerei Größe"),
            Choice(10003, "Hotel Löwen"),
            Choice(10004, "Hotel Löwen"),
        ),
    }
)
