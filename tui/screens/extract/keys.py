"""The keys of the extract's screens."""

from tui.widgets.actions import REGISTRY, action

REGISTRY.add(
    action("extract.write", "f2", "Write", "Write the extract into a folder", {"extract"}, "write", bar=True),
    action("extract.month", "f4", "Month", "Look at another submission", {"extract"}, "month", bar=True),
    action("extract.written", "f6", "Written", "The extracts that were written", {"extract"}, "written", bar=True),
    action("items.filter", "slash", "Filter", "Only lines with these words", {"extract_items"}, "filter", bar=True),
    action(
        "items.next", "f8", "Next", "The record of the next line, once back here", {"extract_items"}, "next_finding"
    ),
    action(
        "items.previous",
        "f7",
        "Before",
        "The record of the line before, once back here",
        {"extract_items"},
        "previous_finding",
    ),
    action("sheet.text", "ctrl+t", "Text", "The file as text, or as a table", {"extract_sheet"}, "text", bar=True),
    action(
        "mismatches.confirm",
        "f2",
        "Confirm",
        "Confirm that it is right, with a reason",
        {"extract_mismatches"},
        "confirm",
        bar=True,
    ),
    action(
        "mismatches.withdraw",
        "delete",
        "Take back",
        "Take a confirmation back",
        {"extract_mismatches"},
        "withdraw",
        bar=True,
    ),
    action("mismatches.filter", "slash", "Filter", "Only lines with these words", {"extract_mismatches"}, "filter"),
    action("receipt.sent", "f2", "Sent", "Mark it as sent", {"extract_receipt"}, "sent", bar=True),
    action("receipt.take_back", "delete", "Take back", "It was not sent", {"extract_receipt"}, "take_back", bar=True),
    action("receipt.again", "f4", "Write again", "Byte for byte", {"extract_receipt"}, "again", bar=True),
    action("receipt.sheet", "f6", "Preview", "The file as a table", {"extract_receipt"}, "sheet", bar=True),
    action(
        "written.remove",
        "delete",
        "Remove file",
        "Remove the file of an extract that was sent; its receipt stays",
        {"extract_history"},
        "remove",
        bar=True,
    ),
    action("written.mark", "space", "Mark", "Mark one to compare with", {"extract_history"}, "mark", bar=True),
    action(
        "written.compare",
        "f6",
        "Compare",
        "What differs from the marked one, else from the one before",
        {"extract_history"},
        "compare",
        bar=True,
    ),
)
