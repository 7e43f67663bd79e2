"""What is found in each of the files of `hostile`."""

from __future__ import annotations

# What cannot be read, by its code.
REFUSED = {
    "no_zip": "XL101", "pdf": "XL101", "plain_zip": "XL101", "word_document": "XL101", "legacy_word": "XL101", "xml_2003": "XL101",
    "encrypted": "XL102",
    "damaged": "XL103", "wrong_crc": "XL103", "part_missing": "XL103", "half_a_sheet": "XL103", "no_such_text": "XL103",
    "many_copies": "XL104", "overcrowded": "XL104",
    "legacy_xls": "XL105", "legacy_et": "XL105", "xlsb": "XL106", "ods": "XL107",
    "csv_utf8": "XL108", "csv_gbk": "XL108", "csv_utf16": "XL108", "html": "XL109",
    "truncated": "XL115",
    "bomb_by_ratio": "XL116", "bomb_by_total": "XL116", "bomb_by_count": "XL116", "bomb_that_lies": "XL116", "bomb_that_lies_small": "XL116",
    "nested": "XL116",
    "parent_folder_name": "XL117", "absolute_name": "XL117", "drive_name": "XL117", "no_name": "XL117",
    "duplicate_name": "XL118", "duplicate_name_by_case": "XL118",
    "doctype_in_sheet": "XL119", "doctype_in_utf16": "XL119", "doctype_in_properties": "XL119", "doctype_in_utf16_drawing": "XL119",
    "doctype_in_texts": "XL119",
    "strict": "XL120", "empty": "XL124",
    "bomb_by_one_part": "XL128", "nested_properties": "XL128", "one_text_everywhere": "XL128", "one_long_text": "XL128", "too_many_styles": "XL128", "many_tags": "XL128",
    "endless_table": "XL129",
}  # fmt: skip
# What is read as if it were not odd, with what there is to tell about it: code, severity, cells.
READ: dict[str, tuple[str, str, tuple[str, ...]] | None] = {
    "stray_cell": ("XL123", "warning", ("绩效目标!XFD1048576",)),
    "stray_column": ("XL123", "warning", ("绩效目标!XFD12",)),
    "far_data": ("XL123", "warning", tuple(f"绩效目标!B{row}" for row in range(2_000, 2_020))),
    "macros": ("XL121", "info", ()),
    "external_links": ("XL122", "info", ()),
    "back_slashes": ("XL127", "info", ()),
    **dict.fromkeys((
        "stray_blank", "blank_rows", "blank_rows_spelt_out", "whole_rows", "whole_columns", "far_links", "dates_of_1904", "no_dimension",
        "small_dimension", "huge_dimension", "no_address_as_dimension", "prefixed", "utf16", "no_addresses", "remarks_and_cdata", "pictures",
        "far_merges", "many_texts", "many_styles", "many_names", "addresses_in_one_tag",
    )),
}  # fmt: skip
# What has findings of its own, which are not looked at here: it only has to be cheap.
CHEAP = {"many_sheets", "large_foreign_sheet", "foreign_sheets_of_size", "far_corner", "crowded", "crowded_table", "every_cell_wrong",
         "many_dropdowns", "many_merges", "crowded_alike", "broken_dropdowns", "some_broken_dropdowns"}  # fmt: skip
