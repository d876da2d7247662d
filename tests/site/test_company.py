"""The company login is as the configuration says, and refused where that says too little."""

from dataclasses import replace
from pathlib import Path

import pytest

from strongroom.core.errors import ConfigurationError
from strongroom.site.assembly import house
from strongroom.site.company import directory, domains, terms
from strongroom.site.configuration import Configuration

ON = Configuration(company_issuer="https://id.example.org", company_client="us")


def code(configuration: Configuration) -> str:
    with pytest.raises(ConfigurationError) as refusal:
        terms(configuration, house().desk)
    return refusal.value.code


def test_without_an_issuer_there_is_none_and_no_domain_is_its_own() -> None:
    off = Configuration(company_domains=("example.org",))
    assert terms(off, house().desk) is None
    assert domains(off) == frozenset()


def test_a_secret_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert code(replace(ON, company_secret_file=str(tmp_path / "none"))) == "company-secret-missing"
    (tmp_path / "empty").write_text("\n")
    assert (
        code(replace(ON, company_secret_file=str(tmp_path / "empty"))) == "company-secret-missing"
    )


@pytest.mark.parametrize("word", ["mfa", "mfa=", "=multi-factor", "mfa=much"])
def test_an_assurance_that_says_nothing_is_an_error(tmp_path: Path, word: str) -> None:
    (tmp_path / "secret").write_text("s")
    on = replace(ON, company_secret_file=str(tmp_path / "secret"), company_assurance=(word,))
    assert code(on) == "company-assurance-invalid"


def test_the_secret_of_a_directory_is_long(tmp_path: Path) -> None:
    assert directory(ON) is None
    file = tmp_path / "secret"
    on = replace(ON, company_scim_secret_file=str(file), company_domains=("example.org",))
    for secret, refused in ((None, "missing"), ("\n", "missing"), ("s" * 31, "short")):
        if secret is not None:
            file.write_text(secret)
        with pytest.raises(ConfigurationError) as refusal:
            directory(on)
        assert refusal.value.code in {f"company-secret-{refused}", f"company-scim-secret-{refused}"}
    file.write_text("s" * 32 + "\n")
    made = directory(on)
    assert made is not None
    assert made.domains == {"example.org"}
    assert "s" * 32 not in repr(made)
