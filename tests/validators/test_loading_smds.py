"""The parts of a pack that only some standards have: one thing wrong in them, and the sentence that refuses it."""

import re
import shutil
from pathlib import Path

import pytest

from tests.validators.test_loading import refusal
from validators.standard.catalogue import SHIPPED

WRONG = [
    # [xml]
    ('message = "ClientJourney"', 'message = "Client Journey"', "'Client Journey' cannot be the name of an element"),
    ('root = "SubstanceMisuseDataReturn"', "", "xml.root"),
    ('group = "TOP Details"', 'group = "Top Details"', "no field is in the group 'Top Details'"),
    ('group = "Discharge Details"', 'group = "Referral Details"', "or it has a block already"),
    (
        'element = "TOPDetails"\noccurs = "many"',
        'element = "TOPDetails"\noccurs = "once"',
        "must be many where it holds",
    ),
    ('element = "ReferralDetails"\noccurs = "always"', 'element = "ReferralDetails"\noccurs = "many"', "must be many"),
    ('element = "ReferralDetails"\noccurs = "always"', 'element = "ReferralDetails"\noccurs = "often"', "is none of"),
    ('again_with = "Assessment Details"', 'again_with = "Assessment"', "again_with names 'Assessment'"),
    ('NHSNO = "NHSNumber"', "", "'NHSNO' has no element, or is no field"),
    ('NHSNO = "NHSNumber"', 'NHSNO = "NHSNumber"\nELSE = "Else"', "'ELSE' has no element, or is no field"),
    ('SURNAME1 = "FirstLetterOfSurname"', 'SURNAME1 = "NHSNumber"', "two fields of 'Client Details' have the same"),
    # [[settings]]
    ('kind = "yes_no"', 'kind = "maybe"', "'maybe' is none of yes_no, classes"),
    ('kind = "yes_no"', 'kind = "yes_no"\nlist = "closure_reason"\nclasses = ["a"]', "yes_no has neither"),
    ('list = "closure_reason"', 'list = "closures"', "classes need a code list that exists"),
    ('id = "closure_classes"', 'id = "structured_day_programmes"', "is repeated or not made of letters"),
    ('classes = ["complete", "neutral"', 'classes = ["complete=", "neutral"', "a class is made of letters"),
    # [[measures]]
    ('started = "MODSTARTD"\nlimit', 'started = "TOPNO"\nlimit', "'TOPNO' is no date of an event"),
    ('limit = "20"', 'limit = "soon"', "'soon' is no number from 1 to 999"),
    ('bands = "12 weeks,', 'bands = "12 days,', "'12 days' is no number of weeks or months"),
    ('counted = ["complete"]', 'counted = ["done"]', "closure_classes has no class 'done'"),
    ('counted = ["complete"]', "", "no class is counted"),
    ('dna_before = "Before treatment"', 'dna_after = "After"', "closure_classes has no class 'dna_after'"),
    ('kind = "unpublished"', 'kind = "unknown"', "is none of waiting, share, classes, unpublished"),
    ('id = "did_not_attend"', 'id = "waiting"', "'waiting' is repeated"),
    ('assessed = "ASSDATE"\nclosed = "ENDDATE"', 'assessed = "ASSDATE"', "needs a field with the role 'closed'"),
    # numbered
    ('numbered = ["CLIENTNO"]', 'numbered = ["CLIENTNUMBER"]', "there is no field 'CLIENTNUMBER'"),
    ('numbered = ["CLIENTNO"]', 'numbered = ["NHSNO"]', "is not the client_reference of a client, in digits"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), WRONG, ids=[sentence for _, _, sentence in WRONG])
def test_a_malformed_part_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    pack = shutil.copytree(SHIPPED / "smds_wales", tmp_path / "smds_wales")
    path = pack / "standard.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    told = refusal(pack)
    assert "standard.toml" in told and re.search(re.escape(sentence), told), told
