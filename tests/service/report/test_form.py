"""The empty figures workbook is only written for a year and under a name that can be."""

import pytest

from service.report.figures.errors import FigureFormError
from service.report.figures.form import write_form


@pytest.mark.parametrize(("year", "name"), [(24, "a.xlsx"), (20240, "a.xlsx"), (2024, "a.docx")])
def test_a_form_for_no_year_or_under_a_wrong_name_is_refused(tmp_path, year, name):
    with pytest.raises(FigureFormError):
        write_form(tmp_path / name, year)
    assert not (tmp_path / name).exists()
