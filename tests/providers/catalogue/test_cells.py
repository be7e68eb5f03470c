from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from providers.catalogue import cells


@pytest.mark.parametrize(
    ("published", "meant"),
    [
        ("  Salford  ", "Salford"),
        ("St Paul's  CofE\tPrimary", "St Paul's CofE Primary"),
        ("St Stephen\x92s", "St Stephen\u2019s"),
        ("Doha \x96 Al Wakra", "Doha \u2013 Al Wakra"),
        ("undefined\x81there", "undefinedthere"),
        ("Non\xa0breaking", "Non breaking"),
        ("two\r\nlines", "two lines"),
        ("nul\x00 and zero\u200bwidth", "nul and zerowidth"),
        ("Ynys Môn", "Ynys Môn"),
    ],
)
def test_blanks_and_control_characters_are_put_right(published: str, meant: str) -> None:
    assert cells.tidy(published) == meant


@pytest.mark.parametrize(
    "token", ["", "  ", "-", "Not applicable", "NOT APPLICABLE", "Not-applicable", "Not recorded", "Does not apply"]
)
def test_every_token_of_absence_is_absent(token: str) -> None:
    assert cells.present(token) is None


def test_none_is_absent_only_where_the_column_says_so() -> None:
    assert cells.present("None") == "None"
    assert cells.present_or_none("None") is None
    assert cells.present_or_none("Church of England") == "Church of England"


def test_a_character_that_was_lost_in_decoding_is_reported() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        cells.present("St Mary\ufffds")


@pytest.mark.parametrize(
    "written",
    [
        "25-04-2022",
        "25/04/2022",
        "2022-04-25",
        "20220425",
        "25/04/2022 09:30:00",
        "2022-04-25T00:00:00",
        " 25-04-2022 ",
    ],
)
def test_a_day_is_read_in_every_format_of_the_sources(written: str) -> None:
    assert cells.day(written) == date(2022, 4, 25)


@pytest.mark.parametrize("written", ["01-01-1900", "1900-01-01", "19000101", "", "Not applicable"])
def test_an_unknown_day_is_absent(written: str) -> None:
    assert cells.day(written) is None


@pytest.mark.parametrize("written", ["31-02-2022", "2022-13-01", "April 2022", "25-04-22", "2022-0425", "01-13-2022"])
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        cells.day(written)


@pytest.mark.parametrize(
    ("written", "number"), [("19", 19), ("19.0", 19), ("0", 0), ("", None), ("Not applicable", None)]
)
def test_a_whole_number_may_have_been_through_a_spreadsheet(written: str, number: int | None) -> None:
    assert cells.whole(written) == number


@pytest.mark.parametrize("written", ["19.5", "-1", "many", "1,000", "²", "١٩"])
def test_what_is_no_whole_number_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number"):
        cells.whole(written)


def test_an_identifier_gets_its_leading_noughts_back() -> None:
    assert cells.identifier("45", 4) == "0045"
    assert cells.identifier("3614", 4) == "3614"
    assert cells.identifier("", 4) is None
    with pytest.raises(ValueError, match="more than 3 digits"):
        cells.identifier("3614", 3)


@pytest.mark.parametrize("written", ["", "1234", "1234567", "0123456", "10000x", "100000.0"])
def test_a_urn_has_five_or_six_digits(written: str) -> None:
    with pytest.raises(ValueError, match="is not a URN"):
        cells.urn(written)


def test_a_urn_is_read() -> None:
    assert cells.urn(" 20003 ") == 20003


def test_a_percentage_keeps_its_decimals() -> None:
    assert cells.percentage("13.70") == Decimal("13.70")
    assert cells.percentage("92%") == Decimal(92)
    assert cells.percentage("") is None
    for wrong in ("101", "some", "-3", "1e1"):
        with pytest.raises(ValueError, match="is not a percentage"):
            cells.percentage(wrong)


def test_a_postcode_has_one_form() -> None:
    assert cells.postcode("bl4  9lw") == "BL4 9LW"
    assert cells.postcode("M11AA") == "M1 1AA"
    assert cells.postcode("") is None
    with pytest.raises(ValueError, match="is not a postcode"):
        cells.postcode("2036")


@pytest.mark.parametrize(
    ("published", "address"),
    [
        ("www.lkps.co.uk/", "http://www.lkps.co.uk/"),
        ("http://fordingbridgefed.co.uk/", "http://fordingbridgefed.co.uk/"),
        ("HTTPS://www.a.org/b?c=d#e", "https://www.a.org/b?c=d#e"),
        ("http:www.leghvale.st-helens.sch.uk/", "http://www.leghvale.st-helens.sch.uk/"),
        ("http://www.stteresas.herts.sch.uk.", "http://www.stteresas.herts.sch.uk."),
        ("", None),
    ],
)
def test_a_website_has_its_scheme(published: str, address: str | None) -> None:
    assert cells.website(published) == address


@pytest.mark.parametrize(
    "published",
    [
        "javascript:alert(1)",
        "ftp://a.org",
        "?mansfieldgreenacademy.e-act.org.uk/",
        "head@school.org",
        "no address",
        "school",
    ],
)
def test_what_is_no_web_address_is_refused(published: str) -> None:
    with pytest.raises(ValueError, match="is not a web address"):
        cells.website(published)


@pytest.mark.parametrize(
    ("published", "number"),
    [
        ("2072831147", "02072831147"),
        ("02072831147", "02072831147"),
        ("0142083857", "0142083857"),
        ("142083857", "0142083857"),
        ("020 7283 1147", "02072831147"),
        ("(01942) 123-456", "01942123456"),
        ("441214442864", "441214442864"),
        ("+44 121 444 2864", "+441214442864"),
        ("", None),
    ],
)
def test_a_telephone_number_gets_its_leading_nought_back(published: str, number: str | None) -> None:
    assert cells.telephone(published) == number


def test_what_is_no_telephone_number_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a telephone number"):
        cells.telephone("ask at the office")
