import re

from django import forms
from django.template import Context, Engine

ENGINE = Engine.get_default()


class Form(forms.Form):
    code = forms.CharField(
        label="Code", help_text="six digits", widget=forms.TextInput({"placeholder": "Code"})
    )
    name = forms.CharField(required=False)


def printed(form: Form, tag: str) -> str:
    return ENGINE.from_string(tag).render(Context({"form": form}))


def test_a_field_has_a_label_and_its_hint_is_tied_to_it() -> None:
    text = printed(Form(), "{% field form.code %}")
    assert '<label for="id_code">Code</label>' in text
    assert 'aria-describedby="id_code_hint"' in text
    assert '<div class="hint" id="id_code_hint">six digits</div>' in text
    assert "placeholder" not in text


def test_an_error_is_tied_to_its_field_which_takes_the_focus() -> None:
    text = printed(Form({}), "{% field form.code %}")
    assert 'aria-describedby="id_code_error id_code_hint"' in text
    assert 'aria-invalid="true"' in text
    assert re.search(r'class="problem" id="id_code_error">[^<]+<', text)
    assert " autofocus" in text
    assert " autofocus" not in printed(Form({}), "{% field form.name %}")


def test_what_browsers_fill_in_is_said_and_typed_as_it_is() -> None:
    text = printed(Form(), '{% field form.code "one-time-code" %}')
    for expected in ('autocomplete="one-time-code"', 'autocapitalize="none"', 'spellcheck="false"'):
        assert expected in text
    assert "autocapitalize" not in printed(Form(), '{% field form.name "off" %}')


def test_the_words_of_a_page_replace_those_of_the_form() -> None:
    text = printed(Form(), '{% field form.code "" "of the app" "Its code" %}')
    assert ("Its code" in text, "of the app" in text, "six digits" in text) == (True, True, False)


def test_what_a_stranger_typed_is_escaped() -> None:
    text = printed(Form({"code": '"><script>', "name": ""}), "{% field form.code %}")
    assert "<script>" not in text
