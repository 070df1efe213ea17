"""Every code that a problem, an outcome or a stop can carry, with what it means and what to do. Pure data.

S  the file      H  headers                C  a cell that cannot be read
V  a value       X  rows, fields and plans that do not fit together, or not to what is there
A  answers of the API, mostly by their HTTP status                N  the network
R  ends of a run       G  guards       J  the journal of a run       U  usage
M  what a sheet can be mended of without asking
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto


class Trait(Flag):
    """A question that is asked of codes, such as whether the row is at fault. A code may have several traits."""

    PLAIN = 0
    CHOSEN = auto()
    """the user chose to leave the row out, so that nothing is left to do for it"""
    REFUSAL = auto()
    """the row was answered with a refusal, by the server or by what stands before it"""
    MENDABLE = auto()
    """the row itself is the cause of the refusal; other refusals pass with time, or with another key"""
    NOT_THE_ROWS = auto()
    """a failure that says nothing of the row: whichever had been sent would have met it"""
    UNREACHED = auto()
    """the attempt did not come through to the application"""
    COMPARING = auto()
    """the message tells of two or three values where they differ, and is longer than others"""
    UNKNOWN_COLUMN = auto()
    """a column that means nothing; the setting ignore_unknown leaves it out"""
    TOLD_TO_ALL = auto()
    """told also to who wants to hear of errors alone: what nobody sees is sent"""
    NO_PLAN = auto()
    """the folder has no journal, or one without a plan"""
    NOTHING_SENT = auto()
    """why a journal cannot be read by which certainly nothing was sent"""
    NOBODY = auto()
    """a name that nobody has, or that stands beside the id of somebody else"""
    NO_ASSISTANT = auto()
    """the row is about none: a total, a title, the header once more"""
    OUR_WORDS = auto()
    """the end of a run whose message is ours alone: it may count, and quotes no answer to a row"""
    TELLS_THE_STOP = auto()
    """the row's message tells why the run ended, which the answer to another row may have been the reason of"""
    OF_THE_KEY = auto()
    """no key was there, it is none, or not the one that it should be"""


@dataclass(frozen=True, slots=True)
class Code:
    """One code: `batch-update explain CODE` shows it."""

    code: str
    title: str
    meaning: str
    remedy: str
    traits: Trait = Trait.PLAIN


def has_trait(code: str, trait: Trait) -> bool:
    """Whether this code has this trait; a code that is not in the table has none."""
    return code in CODES and bool(CODES[code].traits & trait)


def remedy_of(code: str) -> str:
    """Return what to do about a code; "" where it has no entry here, as a bug of ours has no code."""
    return CODES[code].remedy if code in CODES else ""


def _c(code: str, title: str, meaning: str, remedy: str, traits: Trait = Trait.PLAIN) -> tuple[str, Code]:
    return code, Code(code, title, meaning, remedy, traits)


# fmt: off
CODES: dict[str, Code] = dict((
    # ---- the file (sheet)
    _c("S101", "the file cannot be opened", "There is no such file, it may not be read, or it is no regular file.", "Check the path; `-` reads from stdin."),
    _c("S102", "the format is not known", "The file is neither CSV, TSV, Excel, OpenDocument nor JSON Lines, or its content does not fit its name.", "Save it again as .csv or .xlsx."),
    _c("S103", "the file is too large", "It is over a limit that keeps memory and time bounded.", "Split it, or save it as CSV."),
    _c("S104", "the text cannot be decoded", "Its bytes do not fit the encoding.", "Save it as UTF-8, or name the encoding with the setting encoding."),
    _c("S105", "the sheet is empty", "There is no header, or no row below it.", "The first row names the columns; each row below it is one assistant."),
    _c("S106", "a row has too few or too many cells", "Its values may have shifted into the wrong columns.", "Look for a missing or surplus delimiter, or for one inside a value that is not in quotes. In an .xlsx this cannot happen."),
    _c("S107", "no such worksheet", "The workbook has no worksheet of that name or number, or the file is no workbook.", "Choose one of those listed, with the setting sheet; leave it out where the file is no workbook."),
    _c("S108", "the workbook cannot be read", "It is damaged, truncated, encrypted, or not what its name says.", "Open it in the spreadsheet program and save it again, without a password."),
    _c("S109", "a line is no JSON object", "Each line of a .jsonl file is one object: field name to value.", "Check quotes, commas and braces on that line."),
    _c("S110", "a cell holds a NUL byte", "NUL bytes come from damaged files or a wrong encoding.", "Save the file again, or name the encoding with the setting encoding."),
    _c("S111", "a quote stands in the wrong place", "A quoted cell is never closed, or goes on after its closing quote, so cells may have merged or lost quotes.", "Write quotes inside a quoted cell twice: \"Say \"\"yes\"\".\""),
    _c("S112", "a formula without a value", "The workbook was made by a program that does not calculate, so the cell holds a formula and no result.", "Open it in the spreadsheet program and save it, or type the value."),
    _c("S113", "a saved plan that cannot be used", "It is damaged, was changed by hand, or was saved by another version.", "Make it again with batch-update plan and the option out."),
    _c("S114", "a text that a workbook cannot hold", "A cell of a workbook holds 32,767 characters at most.", "Write it as CSV or JSON Lines; export can also leave the column out with the option fields."),
    _c("S115", "merged cells", "Of merged cells only the first holds the value; the rows of the others would be sent without it.", "Undo the merging, and fill every cell that should have the value."),
    _c("S116", "too many rows cannot be read as they stand", "With tens of thousands of them it is the file that is wrong and not its rows, so reading ends there.", "Mend what the first rows have in common, such as the delimiter or the encoding, or split the sheet."),
    _c("S117", "hidden rows or columns", "A warning: a workbook has rows that are hidden or filtered away, or hidden columns. They are read and sent like all others.", "Show them and look at them. The setting visible_only leaves hidden rows out, the setting ignore a column.", Trait.TOLD_TO_ALL),
    _c("S118", "a row inside a cell", "A warning: a cell in quotes goes on over several lines, and one of them looks like a row of its own. With a quote too many, a cell takes in all rows up to the next quote.", "If it is a row, take out the quote before it or close it; if it is text, all is well."),
    _c("S119", "a JSON value where text is wanted", "A list, an object, true or false stands in a .jsonl or a DataFrame where the field holds text.", "Put it in quotes if it is meant as text."),
    _c("S120", "the file was written to while it was read", "What was read may be half of what it was and half of what it is.", "Try again once it is saved."),
    _c("S121", "the encoding is uncertain", "The file is not UTF-8, and read as cp1252, as Windows writes it, its words look wrong: another program or system wrote it in another encoding.", "Save it as UTF-8, or name the encoding that reads right with the setting encoding; cp1252 takes it as it stands."),
    _c("S130", "a cell shows one thing and holds another", "A yes or no, a date, a time, a percentage, a currency or a number in a format stands where a text is wanted: the program shows WAHR, 50 % or 24.12.2026, and the file holds TRUE, 0.5 or 2026-12-24.", "Format the column as text, then type what is meant."),
    _c("S131", "a value under a merged cell", "A warning: of merged cells a program shows only the first; another one of them holds a value, too, which is read and sent like all others.", "Undo the merging and look at the value; delete it if it is not meant."),
    _c("S122", "a row is torn apart", "A line break that is not in quotes stands inside a cell, so that the rest of its row stands in the next one; the text before it is cut.", "Put the cell with the line break in quotes, or take the line break out."),
    _c("S123", "delimiters at the end are missing or too many", "A warning: some rows have fewer or more delimiters at their end than the header, and all that is missing or too many is empty. They are read.", "Nothing needs to be done."),
    _c("S124", "columns of a DataFrame without names", "Its columns are named by numbers, or have several levels.", "Name them by fields: frame.columns = [\"id\", \"name\", ...]."),
    _c("S125", "a value that no cell holds", "A DataFrame holds a value that is no text, number, True or False, date, JSON or nothing; or such a value inside a list or dict.", "Make one of these of it first."),
    _c("S132", "several worksheets hold a table of assistants", "In more than one of them a row names an id column and a field, so that it is not clear which is meant.", "Say which with the setting sheet, by its name or its number from 1."),
    _c("S133", "a total", "A row with a word such as Summe, Gesamt or Total in place of an id, with a formula such as SUM over the rows above, or with the sum of the ids above it, is no assistant. It is left out, with a warning, where it holds no value of a field, and an error where it does.", "Delete the row, or empty its cells in the columns of fields. Is an assistant called so, write its id; where an id happens to be the sum, write it in quotes: \"30006\".", Trait.NO_ASSISTANT),
    _c("S134", "a second table begins below the first", "A row further down names an id column and a field again, and in other columns: what stands below it would be read as values of the wrong fields.", "Move that table to a worksheet or a file of its own, or delete it. Is it the one that is meant, say so with the setting header_row=N."),
    _c("S135", "the header once more", "A warning: a row names the columns again, as on each printed page, or where two sheets were put below each other. It is left out.", "Nothing needs to be done. Where a value is meant that is called like its column, write it in JSON quotes.", Trait.NO_ASSISTANT),
    _c("S136", "a title between the rows", "A warning: a row holds a text in place of an id and nothing else, and no assistant of the account is called so. It is taken for the title of the rows below it: it changes nothing.", "Nothing needs to be done. Is an assistant meant, write its id or its name as the account has it.", Trait.NO_ASSISTANT),
    _c("S137", "it cannot be told which rows are hidden", "A warning: the setting visible_only leaves out the rows that a workbook hides or filters away. Other files do not tell: what was hidden when a CSV was saved stands in it like all other rows, and is sent.", "Give it the workbook itself, or leave out the setting visible_only.", Trait.TOLD_TO_ALL),
    _c("S138", "a worksheet could not be looked at", "A warning: a workbook has several worksheets, and of one of them it could not be told whether it is the one that is meant, since it is damaged or too large. Another one that fits is read.", "Open the workbook in the spreadsheet program and save it again, or say which worksheet is meant with the setting sheet."),
    _c("S139", "a plan to be read, and no sheet", "The workbook was written by the option xlsx of plan, for somebody to approve. Its worksheets tell what would change, and none of them is a sheet.", "Apply the sheet that it was made of: the first worksheet tells the command."),
    # ---- the sheet of a job (jobs/input)
    _c("S140", "no sheet is there", "The job names a file that does not exist, or a pattern that fits none.", "Put the sheet there, or write missing = \"nothing\" into the table input of the job: then there was nothing to do."),
    _c("S141", "the sheet has not rested", "It was changed just now, or changes still, so that it may be half copied: the key settle of the job's table input says for how long it must have rested. Nothing older is sent in its place.", "Run the job again a little later; missing = \"nothing\" in the table input takes it for nothing to do."),
    _c("S142", "several sheets fit", "The job takes one sheet, and several are there, so that it is not clear which is meant.", "Remove all but one, or write take = \"newest\" or take = \"all\" into the table input of the job."),
    _c("S143", "a web page in place of a sheet", "The address answers with a page (HTML), such as one that asks for a login.", "Publish the sheet and use the address that is shown then (Google: File > Share > Publish to web, one worksheet, as Comma-separated values); it must open without a login."),
    _c("S144", "the sheet cannot be fetched", "The server of its address cannot be reached, says no, or what it sends is not whole; where that may pass, it was tried again for as long as the setting max_outage says. Nothing was sent.", "See whether the address opens in a browser without a login, and whether this machine needs the setting proxy to reach it."),
    _c("S150", "an account that is not known", "The list of accounts has none of that name, so that it is not known whose assistant the row is about.", "Mend the name; batch-update accounts add puts another account into the list. The setting skip_invalid leaves such rows out."),
    _c("S151", "a row without an account", "The sheet has a column of accounts, and in this row its cell is empty: no account is taken from the row above.", "Write the name of the account into each row. The setting skip_invalid leaves such rows out."),
    _c("S153", "a sheet that does not say which account", "It has no column of accounts. An id is another assistant in each account, so the sheet cannot be meant for several of them.", "Add a column account with the name of the account in each row, choose one account with the option accounts, or name the assistants by their names in place of ids."),
    _c("S154", "no row is about the account", "The sheet has a column account, and none of its cells names the account that the setting account does.", "Name the account as the column does, or mend its cells."),
    _c("S155", "rows of other accounts", "The sheet has a column account, and the setting account takes the rows of one; those of others are no rows of this run.", "Nothing is to be done; batch-update fleet plan takes all accounts at once."),
    # ---- headers (sheet/headers)
    _c("H101", "there is no id column", "One column must say which assistant a row is about.", "Name it `id` or `assistant_id`."),
    _c("H102", "a column matches no field", "Nothing is dropped in silence, so a header must be known.", "Correct it, read it as a field with the setting map='HEADER=FIELD', or leave it out with the setting ignore='HEADER'. A column can be named by its letter, too: column:C.", Trait.UNKNOWN_COLUMN),
    _c("H103", "a field stands in two columns", "It would not be clear which one counts.", "Delete or rename one, or leave one out with the setting ignore."),
    _c("H104", "a column without a header has values", "It is not clear what they are.", "Give the column a header, or delete it.", Trait.UNKNOWN_COLUMN),
    _c("H105", "no such part of a value", "A header such as `variables.company_name`, `filler_config.positive`, `tools.end_call.description` or `label_ids+` changes a part of a value and keeps the rest; this field has no such part.", "Correct it, or set the whole value in one column."),
    _c("H106", "a sheet for several accounts", "A column such as account says which account each row belongs to, and the command is about one.", "Give it to batch-update fleet plan. Are all rows for one account, leave the column out with the setting ignore=account."),
    _c("H107", "the first row looks like data", "The first row names the columns; here it holds an id or a text, so that it is probably the first assistant.", "Put a row above it that names the columns, `id` among them."),
    _c("H108", "a column is left out that is called nearly like a field", "A warning: the setting ignore_unknown leaves out all that matches no field, a column among them that may have been meant.", "Read it as a field with the setting map='HEADER=FIELD', or leave it out by name with the setting ignore."),
    # ---- cells (fields/cells)
    _c("C101", "not a number", "The cell should hold a number.", "Write digits, with the decimal sign of the sheet."),
    _c("C102", "not a whole number", "The cell should hold a whole number.", "Write digits only."),
    _c("C103", "a number that can be read in two ways", "1.200 is a thousand and two hundred to some, and one and a fifth to others.", "Write 1200."),
    _c("C104", "neither yes nor no", "The cell should hold a yes or a no.", "Write true or false; yes/no, on/off, 1/0, ja/nein, an/aus, aktiv/inaktiv, WAHR/FALSCH, ✓ and x are understood."),
    _c("C105", "a word that stands for nothing", "NaN, None, N/A, nil, - and ? are what programs and people write for `nothing`; it is not clear what should happen.", "Leave the cell empty to leave the field alone, or write null to clear it. Where the text itself is meant, put it in double quotes."),
    _c("C106", "an error value of the spreadsheet program", "A formula failed, such as #N/A or #REF!, or the program showed something in place of the value: #####, Loading..., [object Object].", "Mend the formula, or type the value."),
    _c("C107", "an id that the spreadsheet program changed", "Excel keeps 15 digits and writes large numbers as 1.2E+05: the id may be another one now.", "Format the column as text and type the id again."),
    _c("C108", "not an id", "An id is a whole number above 0.", "Write the number."),
    _c("C109", "not a list of ids", "The cell should hold ids.", "Write 2, 3, 4 or [2, 3, 4]; [] empties the list."),
    _c("C110", "not JSON", "The cell should hold a JSON object or array.", "Check quotes, commas and brackets at the place that is named."),
    _c("C111", "nothing on the account has this name", "A name stands in place of an id, and none of the account's voices, languages, numbers, tools or assistants is called so. Names are compared without regard to case and spaces, and never by likeness.", "Write the name as the account has it, or the id: `batch-update choices` lists them.", Trait.NOBODY),
    _c("C112", "a file whose text cannot be taken", "`@prompts/sales.md` in a text column stands for the text of that file: one of UTF-8 and at most 1 MiB, beside the sheet or in a folder there, and not by way of a link. A sheet from stdin and a DataFrame lie in no folder.", "Write where the file lies, from the sheet's folder on, or paste the text. A text that itself begins with @ is written @@."),
    _c("C113", "the id is missing", "Without an id it is not known which assistant the row is about.", "Write the id, or delete the row."),
    _c("C114", "not a list of phrases", "The cell should hold short texts, with | between them.", "Write Okay. | Noted. or [\"Okay.\", \"Noted.\"]; [] empties the list."),
    _c("C115", "text that was read in a wrong encoding", "A program before this one took the bytes of a text for another encoding, or lost some: `Grüße` became `GrÃ¼ÃŸe` or `Gr??e` with U+FFFD for each `?`.", "Export the sheet again as UTF-8, or type the text anew. Where it is meant, write it in JSON quotes with escapes, such as \"\\ufffd\"."),
    _c("C116", "an escape of a file format", "What a file format writes for a character stands in the text itself, such as `_x000D_`, `\\u00fc` or `&uuml;`: it would be spoken or sent as it stands.", "Type the character itself. Where the escape is meant, write the text in JSON quotes, with \\u005f for _, \\u0026 for & and \\\\ for a backslash."),
    _c("C117", "a text that was probably cut off", "It is exactly as long as a cell of Excel can be, so that what came after it is probably lost.", "Write it as CSV or JSON Lines. Where it is whole, write it in JSON quotes."),
    _c("C118", "nothing but invisible characters: treated as empty", "A warning: the cell looks empty and is not, such as one with a space without width. The field is left as it is.", "Empty the cell, or type the value."),
    _c("C119", "a marker in place of a value", "A report that was shared without some values, or a screen that shows no secret, has `[redacted: 812 characters]`, `[redacted]` or `(holds a secret)` where a value was: the sheet is one to be read, and not one to be applied.", "Take the sheet that the run was made from, or empty the cell. Where the text is meant, write it in JSON quotes."),
    # ---- names in place of ids (plan/naming)
    _c("C131", "several have this name", "It is not clear which of them is meant.", "Write the id before the name, such as 533 – Clara."),
    _c("C132", "an id and a name that do not go together", "The cell says both, and on the account the id belongs to another name: it was renamed since, or the sheet is from another account.", "Write the one that is meant.", Trait.NOBODY),
    _c("C133", "names could not be looked up", "The server did not give the account's list, so that it is not known which id the name stands for. Rows with ids alone are not concerned.", "Try again in a while, or write ids."),
    # ---- repairs (check/advice)
    _c("M101", "spaces around a value", "Spaces, or what nobody sees, stand around a value that is no text, or alone in its cell. They mean nothing.", "Nothing needs to be done: check with the option fix leaves them out."),
    _c("M102", "the other decimal sign", "A number has a decimal comma in a sheet whose sign is the point, and cannot mean thousands.", "Nothing needs to be done: check with the option fix writes the sign of the sheet."),
    _c("M103", "the spelling of a time zone", "Case, spaces or a backslash: `Europe/berlin` is Europe/Berlin. Another zone is never guessed.", "Nothing needs to be done: check with the option fix writes the zone as its list has it."),
    _c("M104", "typographic quotes in JSON", "A word processor made curly quotes of the straight ones that JSON has. Those inside of texts stay.", "Nothing needs to be done: check with the option fix writes straight ones."),
    _c("M105", "delimiters at the end", "Some rows have fewer or more delimiters at their end than the header, and all that is missing or too many is empty.", "Nothing needs to be done: check with the option fix gives every row as many as the header."),
    _c("M106", "the spelling of an id", "A program wrote an id as a number with a fraction or as a text, `123.0`, `00123` or `\"123\"`: it is 123.", "Nothing needs to be done: check with the option fix writes the digits."),
    # ---- values (check)
    _c("V101", "the value has the wrong type", "The field takes another kind of value.", "`batch-update fields FIELD` shows which kind."),
    _c("V102", "the text is too long", "Characters count, not bytes.", "Shorten it."),
    _c("V103", "the value is below the minimum", "See `batch-update fields FIELD` for its bounds.", "Write a larger number."),
    _c("V104", "the value is above the maximum", "See `batch-update fields FIELD` for its bounds.", "Write a smaller number."),
    _c("V105", "the value is none of those allowed", "The field takes one of a few words.", "Choose one of them."),
    _c("V106", "the field cannot be cleared", "The API takes null only for some fields.", "Leave the cell empty to leave the field alone, or write a value."),
    _c("V107", "the field cannot be emptied", "The API takes [] or {} only for some fields.", "Leave the cell empty to leave the field alone, or write a value."),
    _c("V108", "not a time zone", "Time zones are IANA names.", "Write one such as Europe/Berlin."),
    _c("V109", "not a web address", "An address begins with https:// or http:// and names a host.", "Write the whole address."),
    _c("V110", "something is missing inside the value", "A part that the API requires is not there.", "Add it."),
    _c("V111", "something inside the value is not known", "The API knows no such part.", "Correct or delete it."),
    _c("V112", "the text has the wrong form", "The API asks for a certain form.", "Write it in the form that the message names."),
    _c("V113", "the text is too short", "The API asks for more characters.", "Write more."),
    _c("V120", "a built-in tool of a type that is not known here", "The vendor adds types; it is sent as it is.", "Check the spelling of `type`."),
    _c("V121", "a setting of a built-in tool that is not known here", "The vendor adds settings; it is sent as it is.", "Check the spelling."),
    _c("V130", "a placeholder that nothing is known to fill", "A warning: a prompt says {{name}}, and name is neither one of the assistant's variables nor one that every call fills (customer_phone, assistant_phone, assistant_id, assistant_name, current_date, current_time). Where a webhook or a campaign fills it, all is well.", "Correct its name, or add the variable: a column variables.NAME sets one."),
    _c("V131", "braces that do not close", "A warning: a placeholder has two braces on each side, {{name}}; here one is missing, so that it would be spoken or sent as it stands.", "Write two braces on each side."),
    # ---- reading back (send/verifying)
    _c("V301", "reading back shows another value", "The server confirmed the update, and its list shows something else: it ignored the field, or somebody changed it at the same moment.", "Look at the assistant; apply failed.csv (of a workbook failed.xlsx) to try again.", Trait.COMPARING),
    # ---- across fields and rows (check, fields/rules)
    _c("X201", "an assistant appears twice with different values", "It is not clear which row counts.", "Delete one, or choose with the setting on_duplicate: first or last."),
    _c("X202", "an assistant appears twice with the same values", "The change is sent once.", "Nothing needs to be done."),
    _c("X203", "another row was taken for this assistant", "The setting on_duplicate chose between two rows.", "Nothing needs to be done.", Trait.CHOSEN),
    _c("X204", "nothing to change", "The row holds no value of a field.", "Nothing needs to be done."),
    _c("X205", "not selected", "The setting only or the setting limit left this row out.", "Apply the sheet again without that setting.", Trait.CHOSEN),
    _c("X206", "not sent because of other rows", "The sheet holds invalid rows, so nothing was sent.", "Mend them, or send the good rows with the setting skip_invalid."),
    _c("X207", "the job only looks", "The key mode of its job file is plan: it tells what differs from the sheet, and sends nothing.", "Look at plan.html in the run's folder; batch-update apply sends plan.json there as it is.", Trait.CHOSEN),
    _c("X210", "a field that this mode does not have", "Some fields exist in one mode only.", "Leave the cell empty, or change the mode."),
    _c("X211", "no mode allows these fields together", "Some fields are for pipeline only, others for multimodal and dualplex only.", "Keep the cells that belong to one mode."),
    _c("X220", "a change of mode resets settings", "Models and providers go back to the new mode's defaults.", "Set the new mode's model in the same row."),
    _c("X230", "a webhook that is on and has no address", "is_webhook_active needs a webhook_url.", "Give an address, or switch it off."),
    _c("X231", "an assistant that transfers to itself", "An assistant_transfer tool must point at another assistant.", "Give another assistant_id."),
    # ---- parts of values, and what is there now (check/combinations, plan)
    _c("X240", "a value and a part of it in one row", "The row sets the whole value and a part of it, and it is not clear which counts.", "Keep one of the two cells."),
    _c("X241", "no such assistant on this account", "The id is wrong, the assistant was deleted, or the key belongs to another account.", "Check the id, and whose key this is."),
    _c("X242", "the rest of the value is not known", "A part can only be set beside the rest, since the API replaces such values whole; and it does not report this one.", "Set the whole value in one column."),
    _c("X243", "a part needs to know what is there", "A part can only be set beside the rest, since the API replaces such values whole; and what is there was not read.", "Leave out the setting no_fetch, or set the whole value in one column."),
    _c("X244", "no tool to set a part of, or several", "The assistant has no built-in tool of this type, or it is not clear which of several is meant.", "Set all of `tools` in one column."),
    _c("X245", "an id is added and taken away", "The row adds an id to a list and takes the same one away.", "Keep one of the two."),
    _c("X246", "with this part, the whole value cannot be sent", "The API replaces such values whole, and another part of what is there is not one that it takes.", "Set the whole value in one column."),
    _c("X250", "already so", "The assistant holds these values already.", "Nothing needs to be done."),
    _c("X261", "its names were not looked up", "The row names something in place of its id. Names are looked up on the account once the sheet has no other errors.", "Mend the other errors."),
    _c("X251", "left to others", "Its cells are as they were exported, so that nobody here asks for anything; others changed some of the fields since.", "Nothing needs to be done. To set such a field all the same, export anew and edit the cell."),
    # ---- ids held against the account's lists (plan/fitting)
    _c("X270", "ids that were not checked", "A warning: a list of the account could not be looked up, so that it is not known whether its ids are right. They are sent as they stand.", "Look the ids up by hand, or try again in a while."),
    _c("X271", "no such id on the account", "The account's list has no entry with this id: it is mistyped, was deleted, or belongs to another account.", "Write an id of the account: `batch-update choices` lists them. Where the list is wrong, the setting no_lookup sends ids as they stand."),
    _c("X272", "an id that does not fit the mode", "Voices and models are for some modes only, and the assistant is, or will be, in another one.", "Choose one that fits: `batch-update choices voices` lists them with their modes. Where the list is wrong, the setting no_lookup sends ids as they stand."),
    _c("X273", "a voice or provider of another language", "A warning: it is for another language than the assistant's. The server takes it; callers may hear an accent, or nothing that makes sense.", "Choose one of the language, or change language_id, too."),
    _c("X274", "the phone number is taken", "A phone number rings at one inbound assistant, and another one has this.", "Choose a number that is free, or take it away from the other assistant first."),
    _c("X275", "two inbound assistants want one phone number", "A phone number rings at one inbound assistant, and several rows give it to different ones.", "Give the number to one of them."),
    _c("X276", "a caller id for an inbound assistant", "A caller id is shown to those who are called, and cannot be called itself.", "Choose another number."),
    # ---- what an export remembers (check/remembering)
    _c("X280", "a memory that cannot be read", "The cell of the column _base, in which an export remembers what was there, is cut off or changed. The row means what it says: each value that differs from what is there is sent.", "Take the cell over from the export, or empty it; where the sheet is old, export anew."),
    _c("X281", "a memory of another assistant", "The column _base of this row is about another assistant: the row was copied, and got another id. It means what it says: each value that differs from what is there is sent.", "Where that is meant, empty the cell."),
    _c("X282", "a memory of another account", "The sheet was exported from another account or server than this one, and does not know what was there. It means what it says: each value that differs from what is there is sent.", "Check whose key this is. Where it is meant, delete the column _base."),
    _c("X283", "ids that changed places", "Rows of an export have each other's ids: most likely the ids were sorted without the other columns, or the other way round, so that the values would go to the wrong assistants.", "Undo the sorting, or export anew. Where each row is meant as it stands, delete the column _base."),
    _c("X301", "somebody changed it since", "A field holds neither what it held when the change was planned, nor what it should hold; or the mode that it was planned for has changed; or it cannot be told, since what a change of mode made of it was not read back.", "Look at the three values; plan the sheet again to change it anyway. For an undo, apply undo.csv of the run that it takes back, with the setting on_conflict=ours.", Trait.COMPARING),
    _c("X302", "the assistant is gone", "It was there when the change was planned, and is not on the account any more.", "Nothing can be done for it."),
    _c("X303", "edited here, and changed by others since the export", "The sheet remembers what was exported. The cell was edited since, and the field holds by now what neither the export nor the cell says: somebody else has changed it, or an earlier run of this sheet.", "Look at both values, and empty the cell to leave theirs. To send yours, add the setting on_conflict=ours. A sheet that was applied goes on best as results.csv of that run, or exported anew.", Trait.COMPARING),
    _c("X310", "a plan or a run of another server or account", "It was made with another key or for another server; its ids mean other assistants here.", "Name no server, or that one, and use the key that it was made with; or make a new plan."),
    _c("X311", "the plan came out differently", "What would be sent is not what was reviewed: the sheet or the assistants have changed.", "Look at it again, and give the digest of now to the setting expect."),
    _c("X312", "the key is of another account", "The list of accounts says whom the key has to belong to, and the server says another one: the reference to the key leads to that of another account. Nothing else was asked, and nothing was sent.", "Mend the key or the owner of the account in the list; batch-update accounts check looks at all of them."),
    _c("X320", "something cannot be brought back", "The API does not report what this field was before, or does not take it.", "Set it by hand, where it matters."),
    # ---- answers of the API (api/answers)
    _c("A300", "the server redirects", "An API does not redirect; the base URL is wrong, or something stands in between. Redirects are never followed with a key.", "Check the setting base_url.", Trait.NOT_THE_ROWS),
    _c("A400", "the server refuses the request", "It was not applied.", "Mend what the message names; if the row is right, report it as a bug.", Trait.REFUSAL | Trait.MENDABLE),
    _c("A401", "the key is refused", "It is missing, wrong or expired: no row can succeed.", "Check the key in the vendor's dashboard and in FAMULOR_API_KEY or the setting key_file.", Trait.NOT_THE_ROWS | Trait.OF_THE_KEY),
    _c("A403", "the key may not do this", "The key lacks a permission for this assistant or endpoint.", "Use a key with more permissions.", Trait.REFUSAL),
    _c("A404", "no such assistant on this account", "The id is wrong, the assistant was deleted, or the key belongs to another account.", "Check the id, and whose key this is.", Trait.REFUSAL | Trait.MENDABLE),
    _c("A422", "the server's own check refuses a value", "It was not applied. The server's sentence is in the message.", "Mend the cell and apply failed.csv (of a workbook failed.xlsx).", Trait.REFUSAL | Trait.MENDABLE),
    _c("A409", "the server is busy with this assistant", "It was not applied, also not after further attempts.", "Apply failed.csv (of a workbook failed.xlsx) later."),
    _c("A429", "too many requests", "The server's limit is lower than expected, or another program uses the same key.", "Wait, or lower the setting rate."),
    _c("A500", "the server failed", "It is not known whether the change was applied.", "Look at the assistant, or apply the row again: the same change twice does no harm."),
    _c("A502", "the gateway failed", "It is not known whether the change was applied.", "Apply the row again: the same change twice does no harm.", Trait.UNREACHED),
    _c("A200", "the answer cannot be understood", "The server said yes, but not in the form of this API; it is not known whether the change was applied.", "Check the setting base_url, then try again."),
    _c("A201", "the list of assistants leaves open who is there", "Assistants were added or deleted while it was read, two times; or it contradicts itself, such as by a total that is not what came; or it names some of them by no usable id. Nothing is called missing, or complete, on such a list.", "Try again when nobody edits the account; where it stays so, tell the vendor."),
    _c("A202", "the server says that it failed", "The status of the answer was one of success, and its text says that it did not work: it was not applied.", "Read the server's words in _message, mend the row, and apply failed.csv (of a workbook failed.xlsx).", Trait.REFUSAL | Trait.MENDABLE),
    _c("A203", "what is there is too large", "What the list tells of the assistants that are asked for is held in memory, and comes to more than 128 MiB.", "Take fewer assistants at once, with the setting only or a smaller sheet."),
    _c("A204", "a list of the account cannot be had", "The server does not answer this look-up, or answers what makes no sense; its words say why.", "Try again in a while; ids in a sheet work without the list."),
    # ---- the network
    _c("N501", "no connection", "The request was certainly not sent.", "Check the network and the setting base_url, then go on with batch-update resume.", Trait.NOT_THE_ROWS | Trait.UNREACHED),
    _c("N502", "no answer", "The request was sent and no answer came: it is not known whether it was applied.", "Apply the row again: the same change twice does no harm.", Trait.UNREACHED),
    _c("N503", "the certificate is not trusted", "It cannot be proved that this is the right server, so nothing was sent to it.", "Check the setting base_url; behind a company proxy, set SSL_CERT_FILE.", Trait.NOT_THE_ROWS),
    _c("N504", "this machine makes no connection", "It lacks something itself (open files, memory, ports), or forbids the connection. The request was certainly not sent; the server has nothing to do with it.", "See to what the message names, then go on with batch-update resume. For too many open files: ulimit -n 4096, or lower the setting concurrency."),
    _c("N505", "something in between answered", "A firewall, gateway or proxy between this machine and the API answered in its place. What it refused was not applied; where it failed, that is not known.", "Ask who runs the network to let requests to this host through, or go another way: see the setting proxy and NO_PROXY.", Trait.REFUSAL),
    _c("N506", "the proxy refuses", "The proxy did not let the request through, so it was certainly not sent.", "Check its address, name and password in the setting proxy or HTTPS_PROXY, or ask who runs it to let this host through. NO_PROXY or the setting proxy=off go without it."),
    # ---- ends of a run (run/)
    _c("R101", "not sent: the run was stopped", "The run ended before this row's turn.", "Go on with batch-update resume once the cause is gone.", Trait.TELLS_THE_STOP),
    _c("R102", "too many refusals in a row", "The first rows were all refused, so the rest would be too.", "Read the messages of those rows, mend what they share, then apply failed.csv (of a workbook failed.xlsx)."),
    _c("R103", "no usable answer from the server", "It was not reached, did not answer, or answered that it is down, for longer than the setting max_outage.", "See that the network is there, then go on with batch-update resume."),
    _c("R104", "the server asks to wait for too long", "It sent one refusal after another, or asked for a pause of more than five minutes.", "Go on with batch-update resume at the time that is named."),
    _c("R105", "under way when the run ended", "It was sent or about to be, and the run could not wait for its answer: it is not known whether it was applied.", "Go on with batch-update resume: it looks whether the change is there, and sends it where it is not.", Trait.TELLS_THE_STOP),
    _c("R106", "the run did not come to its end", "Its process is still at work, or was killed: rows that were about to be sent then are unknown, those whose turn did not come were not sent.", "Go on with batch-update resume, in the same folder.", Trait.OUR_WORDS),
    _c("R107", "another run works on this account", "Two runs at once would undo each other's work, so the second one does not begin. The lock goes when its holder ends, however it ends.", "Try again when the other run has ended; the setting wait=SECONDS waits for that."),
    _c("R108", "too many changes went wrong", "As many changes failed, are unknown or read back differently as the setting max_failures says, in a wave or in all. What was under way was finished first.", "Read the messages of those rows. Go on with batch-update resume; raise the setting max_failures first where that is wanted.", Trait.OUR_WORDS),
    _c("R109", "no to the next wave", "The question before a wave was answered with no.", "Go on with batch-update resume.", Trait.OUR_WORDS),
    _c("R110", "this machine is at a limit", "It has no more open files, memory or room on its disk for this program; the server has nothing to do with it.", "See to what the message names: for too many open files, ulimit -n 4096 or lower the setting concurrency. Then go on with batch-update resume, where a run had begun."),
    _c("R120", "the job is running already", "Another process runs this job now; two runs of it at once would do the same twice, so the second one does not begin. The lock goes when its holder ends, however it ends.", "Try again when that run has ended."),
    _c("R121", "this time of the schedule has been run", "Two were started for one time of a job's schedule, and the other one was first.", "Nothing needs to be done. batch-update job run runs the job once more."),
    _c("R122", "the job has been at work for long", "A run of the job takes an hour longer than its deadline allows, or has none and takes longer than an hour. It may hang; what is due in its folder of runs waits for it.", "See what it is at: batch-update runs list, and its process. Where it hangs, end the process with SIGTERM: it can be resumed. A key deadline in the table schedule of the job file ends such a run by itself."),
    _c("R130", "interrupted", "A signal asked the run to end. Requests under way were finished first.", "Go on with batch-update resume."),
    _c("R131", "over the deadline", "The run took longer than the key deadline in the table schedule of its job file allows, so it was stopped as by SIGTERM. Requests under way were finished first.", "Go on with batch-update resume, or let the job do so with resume = true; allow it more time where it needs that."),
    _c("R140", "the lease is lost", "Several machines may work on a fleet, each account only where its lease is held. It was not renewed in time, or another worker took over: nothing more is sent here. What was under way may still arrive; whoever goes on compares first.", "Nothing needs to be done where another worker goes on; batch-update fleet resume goes on where none does. Where the message names the disk or the folder, see to that first."),
    _c("R141", "another worker is at it", "The lease is held by a worker that lives, here or on another machine. One that is gone is taken over once its stamp stood still for a minute.", "Nothing needs to be done; the setting wait=SECONDS waits for its end."),
    _c("R142", "the lease cannot be taken", "The folder of the fleet cannot be written here, or it is gone or full.", "See that this machine has the folder of the fleet, and may write to it; then go on with batch-update fleet resume."),
    _c("R143", "no such part of a fleet", "The folder holds another fleet than the worker was sent for, no plan for this account, or another one than was approved; nothing was sent.", "See that the folder is the one of the fleet, and that this machine sees it as the others do; then go on with batch-update fleet resume."),
    # ---- ends of a fleet, and of an account in it (fleet/running)
    _c("R149", "the engine of the fleet is gone", "Its scheduler does not answer any more, or has lost all of its workers. What was sent stands in the journals of the accounts.", "See to the scheduler, or take another engine, and go on with batch-update fleet resume: accounts that a worker still holds are taken over once their leases stand still.", Trait.OUR_WORDS),
    _c("R150", "whoever worked on the account was lost", "The process or machine that worked on it was gone, three times. The other accounts went on; what of this one was sent, its journal tells.", "See why it dies (memory, the disk, the machine), then go on with batch-update fleet resume: what is in doubt is compared first."),
    _c("R151", "too many accounts failed", "As many accounts failed, of a wave or of all, as the option max_failed_accounts says; it is 1 where there are waves, unless given, and of canaries none may fail. Accounts at work came to an end in order.", "See what they share with batch-update fleet status, mend it, then go on with batch-update fleet resume; the option retry_failed sends their failed rows again."),
    _c("R152", "another process works on the fleet", "Two that hand out the accounts of one fleet would do the same twice, so the second one does not begin. If the other one is gone, that shows within a minute.", "Watch it with batch-update fleet status; try again once it has ended."),
    _c("R153", "no to the next wave of accounts", "The question before a wave was answered with no.", "Go on with batch-update fleet resume.", Trait.OUR_WORDS),
    _c("R154", "the fleet was taken over", "This process stood still for so long, or was cut off from the folder of the fleet for so long, that another one may have taken the fleet over. It wrote down and sent nothing from then on.", "See with batch-update fleet status whether another one goes on with it; where none does, go on with batch-update fleet resume."),
    _c("R155", "the fleet was stopped", "Somebody pressed Ctrl-C, or made the file stop in the folder of the fleet, which does the same: requests under way were finished first.", "Go on with batch-update fleet resume, which removes the file."),
    _c("R156", "the fleet's journal cannot be written", "The disk is full, or the folder of the fleet cannot be written any more. No account is begun without a line there, so the fleet ended; what was sent stands in the journals of the accounts.", "See to the room and the rights of that folder, then go on with batch-update fleet resume."),
    _c("R157", "a canary account could not be planned", "It was to show whether all goes well before the others are begun, so none of them is.", "Mend what its message says and plan again, or name another canary account."),
    _c("R158", "the account was not seen to its end", "The fleet ended while somebody worked on it, at once or since the coordinator was lost. What was sent, the journal of the account tells.", "Go on with batch-update fleet resume.", Trait.TELLS_THE_STOP),
    # ---- guards: nothing was sent (plan/guarding)
    _c("G101", "the engine mode would change", "A change of mode resets models, providers and other settings of the mode, and calls sound and behave differently at once.", "Look at what plan shows; where it is meant, add the setting allow=mode."),
    _c("G102", "the type would change", "An assistant that takes calls would make them, or the other way round.", "Where it is meant, add the setting allow=type."),
    _c("G103", "phone numbers would change", "A number that is given to one assistant or taken away decides who answers its callers.", "Where it is meant, add the setting allow=phone_number_id."),
    _c("G104", "fields would be cleared", "An empty value in the sheet (null, [] or {}) removes what is there.", "An empty cell leaves a field alone. Where clearing is meant, add the setting allow=clear."),
    _c("G105", "call data would go elsewhere", "A webhook address would change or go away: what depends on it hears nothing any more, and another server gets the calls' data.", "Check the address; where it is meant, add the setting allow=webhook_url."),
    _c("G106", "built-in tools would be emptied", "The assistants could not end or transfer a call any more.", "Change single tools with columns such as `tools.end_call.description`. Where it is meant, add the setting allow=tools."),
    _c("G107", "a system prompt would lose most of its text", "More than half of its words would go: it may be truncated, or belong to another assistant.", "Look at what plan shows; where it is meant, add the setting allow=prompt_shrinks."),
    _c("G108", "one prompt for different assistants", "Assistants whose system prompts differ would all get the same one: a cell may have been filled down by mistake.", "Where it is meant, add the setting allow=same_prompt."),
    _c("G120", "too many changes", "More assistants would change than the setting max_changes allows.", "Look at what plan shows, and raise the limit or send a part with the setting only or the setting limit."),
    _c("G121", "too large a part of the account", "More of the account's assistants would change than the setting max_change_percent allows, or it is not known how many there are.", "Look at what plan shows, and raise the limit or send a part with the setting only or the setting limit."),
    _c("G130", "too many accounts", "More accounts would change than the option max_accounts allows.", "Look at what fleet plan shows, and raise the limit or choose fewer accounts with the option accounts."),
    # ---- the journal of a run (journal)
    _c("J101", "the journal cannot be written", "The disk is full or the folder cannot be written. Nothing is sent that is not written down first, so the run stopped; what was under way was finished.", "Make room on the disk, then go on with batch-update resume."),
    _c("J102", "the journal is gone", "The run's folder, or a part of its journal, was removed, replaced or cut while the run was going on, so it stopped; what was under way was finished.", "The results say what was sent; apply failed.csv (of a workbook failed.xlsx) for the rest."),
    _c("J103", "there is no journal", "The folder is not that of a run, or its journal was deleted.", "Name the folder of a run; each is made inside the setting runs_dir.", Trait.NO_PLAN | Trait.NOTHING_SENT),
    _c("J104", "the journal is damaged", "It is not as it was written, so nothing that stands there is relied on.", "Restore it from a copy. Without one, plan the sheet anew: only what still differs is sent then."),
    _c("J105", "not a journal", "The file is not one of this program, or its first bytes are damaged.", "Name the folder of a run.", Trait.NOTHING_SENT),
    _c("J106", "the journal is of another version", "Another version of this program wrote it, in a form that is not known here.", "Use the version that made it; results.csv, failed.csv and undo.csv beside it are sheets that this one applies, too."),
    _c("J107", "the journal holds no plan", "The run ended before its plan was written down, so nothing was sent.", "Apply the sheet again, into another folder.", Trait.NO_PLAN | Trait.NOTHING_SENT),
    _c("J108", "the journal cannot be read", "It is there, and this user may not open it.", "Read it as the user whose run it is, or see to the rights of its folder."),
    _c("J109", "the end of the journal is lost", "The journal ends sooner than what was written last: a part of it, such as journal.db-wal, was damaged, cut or removed; or whoever worked on an account of a fleet was gone before a journal was where others look, and may have sent all of it or nothing. What stands there is true; rows of which it tells no end may have been sent.", "Go on with batch-update resume: it looks whether the changes are there, and sends those that are not."),
    # ---- usage
    _c("U101", "a setting is wrong", "A flag, an environment variable or a key of a job file has a value that is not allowed.", "Give it what it takes: the help of the command tells."),
    _c("U102", "sending needs a yes", "Without a terminal nobody can be asked.", "Add the setting yes."),
    _c("U103", "the address is not safe", "The key would travel unencrypted.", "Use https; http is for this machine only."),
    _c("U104", "no API key", "No key was found in FAMULOR_API_KEY, the setting key_file or systemd's credentials.", "Set one of them, or try the setting sandbox.", Trait.OF_THE_KEY),
    _c("U105", "the API key has a wrong form", "A key is 8 to 512 printable characters without spaces: no quotes, no name before it, not the word Bearer. One that begins with fam_ is for the vendor's other platform.", "Leave nothing but the key itself; copy it again where it may be damaged.", Trait.OF_THE_KEY),
    _c("U106", "the job file is wrong", "It cannot be read, a key is not known or a value is not allowed.", "Mend it; batch-update job check tells what is left."),
    _c("U107", "the run folder is not empty", "The results of another run lie there.", "Choose another folder."),
    _c("U108", "the sandbox's state cannot be used", "The file that holds its assistants is damaged, cannot be written, or belongs to something else.", "Delete it, and the sandbox begins with fresh assistants; or name another file with the setting sandbox_state."),
    _c("U109", "the file is there already", "What somebody may have edited is not written over.", "Choose another name."),
    _c("U110", "the file cannot be written", "Its folder does not exist, or may not be written to, or the disk is full.", "Choose another place."),
    _c("U111", "no such run", "There is no run folder of that name, or several begin with it.", "Name it by its folder, or say last."),
    _c("U112", "the lock of the account cannot be taken", "The folder that tells runs of each other cannot be written, something else lies where the lock should be, or the file system knows no locks.", "Make the folder writable, or name another one with the setting locks_dir; without it, HOME says where."),
    _c("U113", "nothing to take back", "The run changed nothing: it was stopped before anything was sent, or all was already so.", "Name the run that is to be taken back; batch-update runs list shows what each did."),
    _c("U114", "the address is not that of the API", "The base URL is where the API lives, https://HOST/api: it goes on into an endpoint, misses the path, or is that of the vendor's other platform.", "Write it as the message says."),
    _c("U115", "the sheet cannot be written so that it means the same", "What was written was read back, and a row that was good came out otherwise, or one that was refused came out good; so it was not kept. A decimal comma in JSON Lines does that, or a text that the format cannot hold.", "Choose another format: a CSV for a CSV, a workbook for a workbook. With a workbook, name its decimal sign by the setting decimal."),
    _c("U116", "a package is missing", "What was asked for needs a package that is not installed with the program.", "Install it with `pip install 'batch-update[parquet]'` for that format, `pip install 'batch-update[notify]'` for notices of jobs, or `pip install 'batch-update[fleet]'` for the engine dask."),
    _c("U117", "a secret is not where the file says", "The variable is not set, the file or the credential cannot be read, is empty, or holds more than one line, or the command fails, takes too long, or prints nothing or more than one line.", "Put it there, or mend the reference in the job file or the list of accounts: { env = \"NAME\" }, { file = \"PATH\" }, { credential = \"NAME\" } or { command = [\"PROGRAM\", \"WORD\"] }.", Trait.OF_THE_KEY),
    _c("U121", "the sheet cannot be archived", "The folder that the job moves sheets to cannot be written, or is the one that they are taken from. Where that is found before anything is sent, nothing is; after a run that went well the sheet stays where it is, that run is told as failed, sheets behind it wait, and the next run takes it again unless unchanged = \"skip\" stands in the table input.", "See to the rights of the folder and to room on its disk, or name another with the key archive of the table input."),
    _c("U122", "the address of a sheet is wrong", "It is not safe to fetch, or it is that of a page which shows the sheet to people.", "Write an https address that answers with a CSV or xlsx; http is for this machine only."),
    _c("U130", "the record of a job cannot be used", "The folder .jobs beside the runs, where it is noted what ran when, cannot be written or read, or the disk is full. Nothing is run that is not noted first.", "See to the rights of that folder and to the room on its disk, or name another folder for the runs with the setting runs_dir."),
    _c("U131", "the record of a job is damaged", "A line of it is not as it was written, so that it cannot be told what was run. Nothing of the job is run by its schedule meanwhile.", "Move the file away. The job is due again from its next time on; what was due before is not run by itself."),
    _c("U132", "another job of this name", "Two job files of one name, in two folders, have their runs in the same folder: one would count as run when the other was, and each would remove the runs of the other. The one that ran last goes on.", "Give one of them another name, or another folder for its runs with the setting runs_dir."),
    _c("U140", "the job has no schedule", "When it is to run is written nowhere, so that no unit can start it.", "Give the job file a table [schedule] with a cron expression, such as cron = \"0 3 * * 1-5\"."),
    _c("U141", "no such unit", "The form that was asked for cannot hold this job: not its times, a name or path, or where a secret lies.", "Choose another form, or change what the message names; batch-update job schedule, with cron and without a name, starts all jobs at their own times."),
    _c("U150", "no such fleet", "There is no folder of a fleet of that name, or several begin with it.", "Name it by its folder, or say last. batch-update fleet plan makes one."),
    _c("U151", "the plan of a fleet is damaged", "The file fleet.json in its folder cannot be read, or is not as it was written. Nothing is sent that was not approved.", "Plan the fleet anew with batch-update fleet plan. What it sent is told by the journals in its folder accounts: batch-update runs show, with the folder of an account."),
    _c("U152", "the plan of a fleet is of another version", "Another version of the program wrote the file fleet.json.", "Use that version on all machines that work on the fleet, or plan it anew with batch-update fleet plan."),
    _c("U153", "the plan of another fleet", "The file fleet.json was made for a folder of another name: the folder was copied or renamed, or the file was. Two folders of one fleet would send everything twice.", "Give the folder its name again, or plan the fleet anew with batch-update fleet plan."),
    _c("U154", "the folder of a fleet cannot be made", "Its plans cannot be written where runs go, or the disk is full. Nothing was sent.", "See to the rights of that folder and to the room on its disk, or name another one with the setting runs_dir."),
    _c("U160", "the fleet's journal cannot be read", "The file fleet.jsonl in the folder of the fleet is there, and cannot be opened, or is no file of lines.", "See to the rights of that folder."),
    _c("U161", "the fleet's journal is damaged", "A line of the file fleet.jsonl is not as it was written, so that it cannot be told which accounts are over.", "Move it away, and go on with batch-update fleet resume: each account has a journal of its own, which tells what was sent."),
    _c("U162", "the journal of another fleet", "The file fleet.jsonl lies beside a plan that it is not about: it was copied.", "Put the right one there, or move it away, and go on with batch-update fleet resume."),
    _c("U163", "no such account in the fleet", "An account is named that the fleet is not about.", "Name one of its accounts: the folder plans of the fleet has a file for each."),
    _c("U164", "the fleet cannot be taken up", "A file in its folder cannot be written or removed.", "See to the rights of that folder."),
    _c("U165", "the fleet was begun already", "Something of it may have been sent, so it is not begun from its beginning.", "Go on with batch-update fleet resume; to send its sheet anew, plan it again."),
    _c("U170", "the scheduler is open to the network", "Whoever reaches a scheduler without TLS can run what he likes as the user of its workers, who read the keys of all accounts.", "Start it with TLS and name it as tls://HOST:PORT, with the option scheduler_ca, the option scheduler_cert and the option scheduler_key; or let it listen on this machine only; or add the option scheduler_plain where nobody else is on that network."),
    _c("U171", "a file for the scheduler's TLS is missing", "Both sides show each other a certificate, and the file of one is not named, or not there.", "Name the files with the option scheduler_ca, the option scheduler_cert and, where it is not in the same file, the option scheduler_key."),
    _c("U172", "the scheduler cannot carry a fleet", "It does not answer, cannot run this program, or would begin an account again by itself, which is for the fleet alone to decide.", "Start it as the page about fleets shows, with the same version of batch-update on scheduler and workers."),
    _c("U180", "the list of accounts is wrong", "It cannot be read, or something in it is not as it has to be. No key in it was looked at.", "Mend what the message names, each at its line. Each account is a table [accounts.NAME] with the key key, such as key = { file = \"keys/NAME\" }. A name with an umlaut or a dot stands in quotes: [accounts.\"taxi.süd\"]."),
    _c("U181", "no such account", "The list of accounts has none of that name, or none with that tag.", "Look at all of them, and at their tags, with batch-update accounts list, or name another list with the setting accounts_file."),
    _c("U182", "an account and another key", "The setting account names the account of a list, which says where its key lies, and another setting says where another key does. Which was meant nobody can tell.", "Leave one of them out."),
    _c("U183", "the account is in the list already", "Its name differs from one of the list in upper and lower case at most.", "Take another name, or change the table of that account in the list."),
    _c("U190", "no such assistant to carry over", "The account that assistants are carried over from has none of that name, or several, or none at all.", "Write its name as batch-update choices assistants shows it for that account (the setting account), or choose it by its id with the setting only."),
))
# fmt: on
