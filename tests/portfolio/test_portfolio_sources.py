"""Comments that carry sources, and paths that are said to people."""

from __future__ import annotations

import pytest

from repower.portfolio import Source
from repower.portfolio.comments import read_source, sources_of_numbers
from repower.portfolio.paths import describe_path, parse_path, path_text
from repower.portfolio.reading import load
from repower.portfolio.yaml_text import read_yaml
from small_portfolio import SMALL_YAML, write_small


def sources(text: str) -> dict[str, tuple[str, str]]:
    document = read_yaml(text.encode(), "portfolio.yaml")
    assert not document.problems
    return {path: (source.confidence, source.text) for path, source in sources_of_numbers(document).items()}


@pytest.mark.parametrize(
    ("comment", "source"),
    [
        ("R* sourced dataset, Sep 2026", Source("R*", "sourced dataset, Sep 2026")),
        ("K: typical", Source("K", "typical")),
        ("R", Source("R", "")),
        ("D. from two others", Source("D", "from two others")),
        ("A - assumed", Source("A", "- assumed")),
        ("Rockdale", None),
        ("R*sourced", None),
        ("about 5", None),
        ("", None),
    ],
)
def test_source_is_a_confidence_and_words(comment, source):
    assert read_source(comment) == source


def test_every_number_and_month_of_the_line_has_its_source():
    assert sources("sites:\n- connection: [{from: 2027-01, import_mw: 563, status: contracted}]  # R* report\n") == {
        "sites[0].connection[0].from": ("R*", "report"),
        "sites[0].connection[0].import_mw": ("R*", "report"),
    }


def test_a_line_without_numbers_speaks_for_what_is_inside_it():
    text = """\
    capital:  # A round
      discount_rate: 0.1
      cost_of_equity_rate: 12 %  # K: typical
      loan:  # R* terms
        rate: 0.07
        tenor_months: 96  # no source in this one
      budget:
        - year: 2027
          usd: 5  # D sum
    gpus:
      - name: gb300  # R data sheet
        critical_kw: 1.9
      - {name: next, critical_kw: 2}
    """
    assert sources(text) == {
        "capital.discount_rate": ("A", "round"),
        "capital.cost_of_equity_rate": ("K", "typical"),
        "capital.loan.rate": ("R*", "terms"),
        "capital.loan.tenor_months": ("R*", "terms"),
        "capital.budget[0].year": ("A", "round"),
        "capital.budget[0].usd": ("D", "sum"),
        "gpus[0].critical_kw": ("R", "data sheet"),
    }


def test_the_source_of_one_number_is_not_lent_to_its_neighbours():
    text = "gpus:\n  - critical_kw: 1.9  # R data sheet\n    usd_per_gpu: 55000\n"
    assert sources(text) == {"gpus[0].critical_kw": ("R", "data sheet")}


def test_a_hash_inside_a_text_is_no_comment():
    text = """\
    about: "x # R not"
    name: 'y # R not'
    years: 20 # R of years
    capital: {discount_rate: 0.1, mine_usd_per_mw: 350000#R
      }
    policy:
      refresh_miner: |
        crews # R not
      crews: 2
    """
    assert sources(text) == {"years": ("R", "of years")}


def test_comments_on_lines_of_their_own_are_no_sources():
    assert sources("# R all of it\nyears: 20\n# K the rest\n") == {}


def test_origin_has_the_sources(tmp_path):
    portfolio = load(write_small(tmp_path))
    assert portfolio.origin.sources["sites[0].connection[1].import_mw"] == Source("K", "typical")
    assert portfolio.origin.sources["gpus[0].usd_per_gpu_hour"] == Source("K", "typical of the class")
    assert "sites[0].supply.adder_usd_per_mwh" not in portfolio.origin.sources


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("sites[0].connection[1].import_mw", "sites[rockdale].connection[2028-07].import_mw"),
        ("sites[0].connection[1].from", "sites[rockdale].connection[2028-07].from"),
        ("sites[1].blocks[0].fleet.miner", "sites[tydal].blocks[h1].fleet.miner"),
        ("capital.budget[0].usd", "capital.budget[2027].usd"),
        ("capital.taxes[1]", "capital.taxes[NO]"),
        ("markets.correlations[0].value", "markets.correlations[bitcoin-gpu].value"),
        ("leases[0].data_may_live_in[1]", "leases[anchor].data_may_live_in[1]"),
        ("sites[7].name", "sites[7].name"),
        ("nothing[3].here", "nothing[3].here"),
    ],
)
def test_paths_are_said_with_names(tmp_path, path, said):
    portfolio = load(write_small(tmp_path))
    assert describe_path(portfolio, path) == said
    assert describe_path(portfolio, parse_path(path)) == said
    assert path_text(parse_path(path)) == path


def test_positions_survive_a_comment_on_every_line(tmp_path):
    commented = "\n".join(
        f"{line}  # K line" if line.strip() else line for line in SMALL_YAML.replace("  # ", "  # R ").split("\n")
    )
    assert load(write_small(tmp_path / "b", commented)).model_dump() == load(write_small(tmp_path / "a")).model_dump()
