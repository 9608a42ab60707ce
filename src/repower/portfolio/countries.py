"""The 249 country codes of ISO 3166-1 alpha-2, and the likely mistakes."""

from __future__ import annotations

#: Officially assigned codes (ISO 3166-1, unchanged since South Sudan was added in 2011). General knowledge.
COUNTRY_CODES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
    UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - a list of 249 quoted codes nobody could read
)

_MEANT = {
    "UK": "GB", "ENGLAND": "GB", "UNITED KINGDOM": "GB", "GREAT BRITAIN": "GB", "GBR": "GB", "USA": "US", "U.S.": "US",
    "UNITED STATES": "US", "AMERICA": "US", "CANADA": "CA", "CAN": "CA", "NORWAY": "NO", "NOR": "NO",
    "ETHIOPIA": "ET", "ETH": "ET",
    "BHUTAN": "BT", "BTN": "BT", "SWEDEN": "SE", "SWE": "SE", "FINLAND": "FI", "FIN": "FI", "ICELAND": "IS", "ISL": "IS",
    "PARAGUAY": "PY", "PRY": "PY", "GERMANY": "DE", "DEU": "DE", "FRANCE": "FR", "FRA": "FR", "EL": "GR", "GREECE": "GR",
    "MALAYSIA": "MY", "SINGAPORE": "SG", "BRAZIL": "BR", "OMAN": "OM", "JAPAN": "JP", "KAZAKHSTAN": "KZ",
    "SP": "ES", "SPAIN": "ES",
}  # fmt: skip


def country_hint(code: object) -> str:
    """What was meant by a code that is none, and how codes are written."""
    rule = "codes are ISO 3166-1 alpha-2 in capitals, such as US or NO"
    word = str(code).strip().upper()
    meant = word if word in COUNTRY_CODES else _MEANT.get(word)
    if word == "EU":
        return f"the EU is no country; name its members. {rule}"
    return f"did you mean {meant}? {rule}" if meant else rule
