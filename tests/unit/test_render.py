"""Plans become text, and a template that is wrong is named with its line and the file that needed it."""

import re
from dataclasses import dataclass

import pytest
from jinja2 import Environment

from bbpkg.errors import InvalidInputError
from bbpkg.model.package import Component
from bbpkg.plan.files import Templated, Written
from bbpkg.render.engine import render_plan
from bbpkg.render.environment import template_environment
from bbpkg.render.filters import argument
from bbpkg.umbrella.migration.mapping import MAPPING_FILE
from packages import ENGINE, FOLDERS, generated, package, package_files, read_folder, templates

GO_TEMPLATES = [
    *((f"{name}: {path}", text) for name in sorted(FOLDERS) for path, text in generated(name).items()),
    *((path, text) for path, text in read_folder(ENGINE / "charts").items()),
]


@dataclass(frozen=True)
class Context:
    name: str
    template: str = ""


@dataclass(frozen=True)
class ComponentContext:
    component: Component


def render(**sources: str) -> dict[str, str]:
    """Render the template `main` over other templates."""
    return render_plan([Templated(path="out/file.yaml", template="main", context=Context(name="shop"))], sources)


def problems(**sources: str) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        render(**sources)
    return [caught.value.message, *map(str, caught.value.diagnostics)]


def test_a_template_sees_the_fields_of_its_context() -> None:
    assert render(main="name: <@ name @>\n") == {"out/file.yaml": "name: shop\n"}


def test_a_file_whose_text_is_known_is_written_as_it_is() -> None:
    text = "<@ no template @> {{ .Values.x }}\n"
    assert render_plan([Written(path="a", text=text)], {}) == {"a": text}


def test_an_unknown_variable_is_named_with_its_line_and_the_output() -> None:
    assert problems(main="a: 1\nb: <@ nmae @>\n") == [
        "1 of the templates cannot be rendered.",
        "templates/main:2: 'nmae' is undefined; it is needed for out/file.yaml.",
    ]


def test_an_unknown_attribute_is_named() -> None:
    assert problems(main="\n\nb: <@ name.first @>\n")[1:] == [
        "templates/main:3: 'str object' has no attribute 'first'; it is needed for out/file.yaml."
    ]


@pytest.mark.parametrize("use", ["<% if nmae %>x<% endif %>", "<% for item in nmae %>x<% endfor %>", "<@ nmae ~ 'x' @>", "<@ nmae == 1 @>"])
def test_an_unknown_variable_is_silent_nowhere(use: str) -> None:
    assert problems(main=f"a: 1\n{use}\n")[1:] == ["templates/main:2: 'nmae' is undefined; it is needed for out/file.yaml."]


def test_an_unknown_variable_in_a_macro_is_named_where_it_stands() -> None:
    sources = {
        "main": '<% import "macros" as macros %>\n\n<@ macros.head() @>\n',
        "macros": "<% macro head() %>\n\nx: <@ titel @>\n<% endmacro %>\n",
    }
    assert problems(**sources)[1:] == ["templates/macros:3: 'titel' is undefined; it is needed for out/file.yaml."]


def test_an_unknown_variable_in_an_included_file_is_named_where_it_stands() -> None:
    sources = {"main": '<% include "part" %>\n', "part": "a: 1\nb: <@ titel @>\n"}
    assert problems(**sources)[1:] == ["templates/part:2: 'titel' is undefined; it is needed for out/file.yaml."]


def test_a_syntax_error_is_named_with_its_line() -> None:
    message = (
        "templates/main:3: Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. "
        "The innermost block that needs to be closed is 'if'; it is needed for out/file.yaml."
    )
    assert problems(main="a: 1\n<% if name %>\nb: 2\n")[1:] == [message]


def test_a_syntax_error_of_an_included_file_is_named_where_it_stands() -> None:
    assert problems(main='<% include "part" %>\n', part="a\n<% fi %>\n")[1:] == [
        "templates/part:2: Encountered unknown tag 'fi'; it is needed for out/file.yaml."
    ]


def test_a_missing_include_is_named_with_who_has_to_have_it() -> None:
    name = "package/config/none.yaml"
    message = (
        f'templates/main: the template "{name}" does not exist; it is needed for out/file.yaml.\n'
        f"  hint: the package or bbpkg has to have {name}"
    )
    assert problems(main=f'a: 1\n<% include "{name}" %>\n')[1:] == [message]


def test_a_missing_template_is_named() -> None:
    assert problems()[1:] == [
        'templates/main: the template "main" does not exist; it is needed for out/file.yaml.\n  hint: the package or bbpkg has to have main'
    ]


def test_a_name_that_the_package_does_not_have_is_a_mistake_of_the_template() -> None:
    """For example the port of a component, after its name was changed in the definition."""
    component = package("notes").component("page")
    plan = [Templated(path="out", template="main", context=ComponentContext(component=component))]
    assert render_plan(plan, {"main": 'port: <@ component.port("http").number @>\n'}) == {"out": "port: 8080\n"}
    with pytest.raises(InvalidInputError) as caught:
        render_plan(plan, {"main": 'a: 1\nport: <@ component.port("https").number @>\n'})
    assert [str(found) for found in caught.value.diagnostics] == [
        "templates/main:2: value was undefined because a callable raised a StopIteration exception; it is needed for out."
    ]


def test_a_misspelt_filter_is_named() -> None:
    assert problems(main="a: 1\nb: <@ name | tojsn @>\n")[1:] == [
        "templates/main:2: No filter named 'tojsn'; it is needed for out/file.yaml."
    ]


def test_every_wrong_template_is_reported_and_each_once() -> None:
    plan = [Templated(path=f"out/{number}", template=name, context=Context(name="x")) for number, name in enumerate(("a", "b", "a"))]
    with pytest.raises(InvalidInputError) as caught:
        render_plan(plan, {"a": "<@ one @>", "b": "<@ two @>"})
    assert [str(found.location) for found in caught.value.diagnostics] == ["templates/a:1", "templates/a:1", "templates/b:1"]
    assert caught.value.message == "3 of the templates cannot be rendered."


def test_a_context_that_is_no_dataclass_is_a_bug() -> None:
    with pytest.raises(TypeError, match=r"^the context of out is no dataclass$"):
        render_plan([Templated(path="out", template="main", context={"name": "x"})], {"main": ""})


@pytest.fixture(scope="module")
def environment() -> Environment:
    return template_environment({})


@pytest.mark.parametrize("text", [text for _, text in GO_TEMPLATES], ids=[name for name, _ in GO_TEMPLATES])
def test_the_delimiters_leave_every_go_template_alone(environment: Environment, text: str) -> None:
    """Jinja would damage text that holds its marks by chance."""
    assert environment.from_string(text).render() == text


@pytest.mark.parametrize(
    "text",
    [
        '{{- $x := list (dict "a" 1) -}}\n',
        '{{ printf "%s@%s" .repository .digest }}\n',
        "{{- /* comment */ -}}\n{{ `{{ raw }}` }}\n",
        'pattern: "^[[:alnum:]]{1,3}%$" # {% {# [[ << #}\n',
        "  {{- with .Values.a }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}",
        "if [[ $x == 1 ]]; then echo ${x%.*} ${#x}; fi\n",
    ],
)
def test_the_delimiters_leave_what_other_languages_write_alone(environment: Environment, text: str) -> None:
    assert environment.from_string(text).render() == text


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_no_mark_of_jinja_is_left_in_the_output(name: str) -> None:
    assert [path for path, text in generated(name).items() if re.search(r"<[@%#]|[@%#]>", text)] == []


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_every_template_and_file_of_a_package_is_used(name: str) -> None:
    """A file that nothing reads would look like a setting; `bbpkg migrate` reads its own by name."""
    text = package_files(name)["package.yaml"]
    texts = [text, *(other for path, other in package_files(name).items() if path.startswith("templates/"))]
    unused = [
        path
        for path in package_files(name)
        # Every file below tests/ is a test.
        if path not in {"package.yaml", MAPPING_FILE}
        and not path.startswith("tests/")
        and not any(path.removeprefix("templates/") in known for known in texts)
    ]
    assert unused == []


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_every_generated_go_template_says_on_its_first_line_what_made_it(name: str) -> None:
    for path, text in generated(name).items():
        if path.startswith("chart/templates/"):
            first = text.partition("\n")[0]
            made = re.fullmatch(
                r"\{\{- /\* Generated by bbpkg from (\S+): change that or the package definition, then run `bbpkg generate`\. \*/ -\}\}",
                first,
            )
            assert made, f"{path}: {first}"
            assert made[1] in templates(name), path


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_generated_text_ends_with_one_line_end_and_holds_no_stray_blanks(name: str) -> None:
    wrong = [path for path, text in generated(name).items() if not text.endswith("\n") or re.search(r"[ \t]\n|\r|\t|\n\n\Z", text)]
    # Python parts its functions by two lines.
    wrong += [path for path, text in generated(name).items() if "\n\n\n" in text and ".py: |" not in text]
    assert wrong == []


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("start", "start"),
        ("--fail", '"--fail"'),
        ("off", '"off"'),
        ("0755", '"0755"'),
        ("a: b", '"a: b"'),
        ('{{ include "a" . }}', '{{ include "a" . }}'),
        ("a {{ .b }} c", "a {{ .b }} c"),
        ("{ .b }", '"{ .b }"'),
    ],
)
def test_a_word_of_a_command_is_quoted_unless_go_writes_it(word: str, text: str) -> None:
    assert argument(word) == text
