"""What one record says, as a whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.schemas import definition_errors
from registry.tried import Answer, Basis, Known, Question
from registry.vocabulary import PluginType
from scrapers.probes.invocation import (
    config_for,
    definition_of,
    probe_record,
    surface_of,
)
from tests.scrapers.probes.invocation.records import (
    about,
    codes,
    discover,
    failed,
    helped,
    installed,
    messages,
    record,
    step,
)

MINIMAL = {
    "name": "tap-alpha",
    "namespace": "tap_alpha",
    "variant": "ada",
    "label": "Alpha",
    "description": "Alpha",
    "quality": "unknown",
    "maintenance_status": "unknown",
    "keywords": [],
    "domain_url": "https://example.invalid",
    "repo": "https://example.invalid/ada/tap-alpha",
    "pip_url": "tap-alpha",
    "logo_url": "/assets/logos/extractors/alpha.png",
}


def version(text="tap-alpha v1.2.3, Meltano SDK v0.54.9\n"):
    return step("version", args=["--version"], stdout=text)


def answers(tried):
    return {question.value: tried.answer(question).value for question in Question}


def observed(value):
    return Known(value=value, basis=Basis.OBSERVED)


def test_a_connector_that_does_all_of_it():
    steps = installed(helped(), version(), about(version="1.2.3"), discover())
    tried = probe_record(record(*steps))

    assert set(answers(tried).values()) == {"yes"}
    assert tried.type is PluginType.EXTRACTORS
    assert tried.executable == observed("tap-alpha")
    assert tried.reported_version == observed("1.2.3")
    assert tried.sdk_version == observed("0.54.9")
    assert tried.framework == observed("singer-sdk")
    assert tried.license == Known(value="MIT", basis=Basis.STATIC)
    assert tried.requires_python == Known(value=">=3.9", basis=Basis.STATIC)
    assert not tried.findings


def test_what_was_not_tried_is_unknown():
    assert set(answers(probe_record({})).values()) == {"unknown"}


def test_a_failed_install_leaves_the_rest_unknown():
    log = "ERROR: No matching distribution found for six==99"
    tried = probe_record(record(step("resolve"), failed("install", log)))

    assert answers(tried) == {
        "installs": "no", "imports": "unknown", "help": "unknown", "version": "unknown",
        "about": "unknown", "discovers": "unknown",
    }  # fmt: skip
    assert codes(tried) == ["installs-no-matching"]


def test_an_index_out_of_reach_says_nothing_about_the_package():
    tried = probe_record(
        record(failed("resolve", "Temporary failure in name resolution"))
    )

    assert tried.answer(Question.INSTALLS) is Answer.UNKNOWN
    assert not tried.findings


def test_one_cause_is_told_once_however_much_it_stops():
    log = "ModuleNotFoundError: No module named 'requests'"
    steps = (
        step("install"), failed("import", log), failed("help", log), failed("discover", log)
    )  # fmt: skip
    tried = probe_record(record(*steps))

    assert answers(tried)["imports"] == answers(tried)["help"] == "no"
    assert codes(tried) == ["imports-missing-module"]


def test_a_classic_connector_is_not_blamed_for_what_only_the_sdk_has():
    refused = "error: the following arguments are required: -c/--config"
    steps = installed(helped(), failed("version", refused), failed("about", refused))
    tried = probe_record(record(*steps))

    assert answers(tried)["version"] == answers(tried)["about"] == "no"
    assert not tried.findings


def test_a_loader_is_not_asked_for_streams():
    refused = failed("discover", "error: unrecognized arguments: --discover")
    tried = probe_record(record(*installed(helped(), refused), name="target-alpha"))

    assert tried.type is PluginType.LOADERS and not tried.findings


def test_a_limit_leaves_a_question_open():
    endless = step("discover", ending="output", exit_code=None)
    tried = probe_record(record(*installed(endless)))

    assert tried.answer(Question.DISCOVERS) is Answer.UNKNOWN


def test_what_answers_to_a_call_was_imported_for_it():
    log = "AttributeError: module 'tap_alpha' has no attribute 'main'"
    tried = probe_record(record(step("install"), failed("import", log), helped()))

    assert tried.answer(Question.IMPORTS) is Answer.YES and not tried.findings


def test_a_config_that_is_not_there_has_to_be_missed():
    call = ["--config", "/work/missing.json"]
    heedless, careful = step("bad-config", args=call), failed("bad-config", args=call)

    assert codes(probe_record(record(*installed(heedless)))) == ["config-ignored"]
    assert codes(probe_record(record(*installed(careful)))) == []


def test_help_that_prints_nothing_is_none():
    assert (
        probe_record(record(*installed(helped("")))).answer(Question.HELP) is Answer.NO
    )


@pytest.mark.parametrize(("text", "answer", "said"), [
    ("tap-alpha v1.2.3, Meltano SDK v0.54.9", "yes", "1.2.3"),
    ("tap-alpha, version 1.2.3", "yes", "1.2.3"),
    ("1.2.3rc1", "yes", "1.2.3rc1"),
    ("tap-alpha v[could not be detected], Meltano SDK v0.54.9", "no", None),
    ("usage: tap-alpha", "no", None),
])  # fmt: skip
def test_a_version_is_read_out_of_what_is_printed(text, answer, said):
    tried = probe_record(record(*installed(version(text))))

    assert answers(tried)["version"] == answer
    assert (tried.reported_version and tried.reported_version.value) == said


@pytest.mark.parametrize("said", ["v1.2.3.", "01.2.3", "1.2.3.0"])
def test_another_way_to_write_a_version_is_none(said):
    tried = probe_record(record(*installed(version(f"tap-alpha {said}"))))
    assert "version" not in codes(tried)


@pytest.mark.parametrize("before", [
    "INFO begins\n", '{"level": "info", "name": "tap"}\n', '{"type": "log"}\n' * 3, "\ufeff",
])  # fmt: skip
def test_what_stands_before_an_answer_hides_nothing_of_it(before):
    said, listed = about(), discover()
    noisy = [replace(said, before), replace(listed, before)]
    tried = probe_record(record(*installed(helped(), *noisy)))

    assert tried.settings.value == probe_record(record(*installed(said))).settings.value
    assert "discover" in tried.capabilities.value
    assert codes(tried) == ["discovers-catalog-noise", "about"]
    mark = before == "\ufeff"
    assert ("byte order mark" in messages(tried)) is mark


def replace(said, before):
    return {**said, "stdout": before + said["stdout"]}


def test_a_licence_s_text_is_told_from_none():
    tried = probe_record(record(*installed(), metadata={"license": "Copyright\n" * 50}))
    assert "has a licence's text" in messages(tried)
    tried = probe_record(record(*installed(), metadata={"license": "UNKNOWN"}))
    assert "names no licence" in messages(tried)


@pytest.mark.parametrize(("module", "said"), [
    ("requests", "nothing that it depends on brings"),
    ("requests.sessions2", "the installed `requests` does not have"),
    ("tap_alpha", "Its own module `tap_alpha` is not in what is installed"),
    ("tap_alpha.streams", "the installed `tap_alpha` does not have"),
])  # fmt: skip
def test_who_has_to_bring_a_module_is_told_by_whose_it_is(module, said):
    log = f"Traceback (most recent call last):\nModuleNotFoundError: No module named {module!r}"
    tried = probe_record(record(step("install"), failed("import", log)))

    assert codes(tried) == ["imports-missing-module"]
    assert said in messages(tried)


def test_a_dependency_s_licence_that_is_unknown_is_none():
    known = package("lib-a", license="UNKNOWN"), package("lib-b")
    tried = probe_record(record(*installed(), packages=list(known)))
    assert [one.license for one in tried.dependencies] == ["", "MIT"]


def test_another_version_than_the_installed_one_is_told():
    assert "version" in codes(probe_record(record(*installed(version("tap v0.0.1")))))


def test_text_around_the_json_is_told_and_passed_over():
    noisy = about()
    noisy["stdout"] = f"INFO starting\n{noisy['stdout']}"
    tried = probe_record(record(*installed(noisy)))

    assert tried.settings is not None and "about" in codes(tried)


@pytest.mark.parametrize("text", ["", "name: tap-alpha", "{", "[]", '{"a": 1}'])
def test_an_answer_that_is_no_json_is_no_about(text):
    tried = probe_record(record(*installed(step("about", stdout=text))))

    assert tried.answer(Question.ABOUT) is Answer.NO and tried.settings is None


def test_a_rescue_is_told_as_what_to_depend_on():
    tried = probe_record(record(*installed(), rescue="setuptools<81"))

    assert tried.answer(Question.IMPORTS) is Answer.YES
    assert "`setuptools<81`" in messages(tried)


def package(name, **said):
    return {"name": name, "version": "1.0", "filename": f"{name}-1.0-py3-none-any.whl",
            "sha256": "", "size_bytes": 9, "built": False, "license": "MIT"} | said  # fmt: skip


def test_dependencies_are_the_lock_without_the_connector():
    packages = [package("tap_alpha"), package("singer-python", built=True)]
    tried = probe_record(record(*installed(), packages=packages))

    assert [one.as_json() for one in tried.dependencies] == [
        {"name": "singer-python", "version": "1.0", "license": "MIT", "size_bytes": 9,
         "built": True},
    ]  # fmt: skip
    assert tried.framework == Known(value="singer-python", basis=Basis.STATIC)
    assert "built" in codes(tried)


@pytest.mark.parametrize(("packages", "steps", "answer"), [
    ([package("six", built=True, filename="six-1.tar.gz", wheel="six-1-py3-none-any.whl")],
     installed(), "no"),
    ([package("x", built=True, filename="x-1.tar.gz",
              wheel="x-1-cp312-cp312-linux_x86_64.whl")],
     installed(), "yes"),
    ([package("x", built=True, filename="x-1.tar.gz")], installed(), "unknown"),
    ([package("x", filename="x-1-cp312-cp312-manylinux1_x86_64.whl")], installed(), "no"),
    ([], [failed("build", "error: command 'gcc' failed: No such file")], "yes"),
    ([], [failed("build", "Error: pg_config executable not found.")], "yes"),
    ([], [failed("build", "x.c:1: fatal error: sql.h: No such file or directory")], "yes"),
    ([], [failed("build", "error: command '/usr/bin/gcc' failed with exit code 1")], "yes"),
    ([], [failed("build", "error: ‘_ts’ has no member named ‘exc_type’")], "yes"),
    ([], [failed("build", "Command '['git', 'log']' returned non-zero exit status 1.")],
     "unknown"),
    ([], [failed("build", "ImportError: libpq.so.5: cannot open shared object file: No "
                 "such file or directory")], "unknown"),
    ([], [failed("build", "ModuleNotFoundError: No module named 'numpy'")], "unknown"),
    ([], [failed("build", "OSError: [Errno 28] No space left on device")], "unknown"),
    ([], [failed("resolve", "strange")], "unknown"),
])  # fmt: skip
def test_a_compiler_is_needed_where_one_compiled(packages, steps, answer):
    tried = probe_record(record(*steps, packages=packages))

    assert tried.needs_compiler.value == answer


NO_LIBRARY = "ImportError: libodbc.so.2: cannot open shared object file: No such file"


@pytest.mark.parametrize(("steps", "library"), [
    ([failed("build", "FileNotFoundError: [Errno 2] No such file or directory: "
             "'pg_config'")], "libpq"),
    ([*installed()[:2], failed("import", NO_LIBRARY)], "unixODBC"),
    (installed(failed("help", NO_LIBRARY)), "unixODBC"),
    (installed(helped()), ""),
    ([failed("build", "error: command 'gcc' failed: No such file")], ""),
    ([failed("build", "No space left on device", ending="memory")], ""),
])  # fmt: skip
def test_a_system_library_that_was_missing_is_named(steps, library):
    tried = probe_record(record(*steps))

    assert tried.needs_library == tried.as_json()["needs_library"] == library


@pytest.mark.parametrize(("steps", "said", "framework", "version"), [
    (installed(about(sdk_version="0.40.0")), {"packages": [package("singer-sdk")]},
     observed("singer-sdk"), observed("0.40.0")),
    (installed(), {"packages": [package("singer-sdk", version="0.39")]},
     Known(value="singer-sdk", basis=Basis.STATIC),
     Known(value="0.39", basis=Basis.STATIC)),
    # The SDK brings the classic library along; its own word comes first.
    (installed(), {"packages": [package("singer-python"), package("singer-sdk")],
                   "static": {"framework": "singer-sdk"}},
     Known(value="singer-sdk", basis=Basis.STATIC), Known(value="1.0", basis=Basis.STATIC)),
    (installed(), {"packages": [package("pipelinewise-singer-python")]},
     Known(value="singer-python", basis=Basis.STATIC), None),
    (installed(about(sdk_version="[could not be detected]")), {}, None, None),
    (installed(), {"packages": [package("requests")]}, None, None),
])  # fmt: skip
def test_the_framework_and_its_version_are_known_by_word_or_lock(
    steps, said, framework, version
):
    tried = probe_record(record(*steps, **said))

    assert (tried.framework, tried.sdk_version) == (framework, version)


@pytest.mark.parametrize(("metadata", "said"), [
    ({"license_expression": "Apache-2.0", "license": "x"}, "Apache-2.0"),
    ({"classifiers": ["License :: OSI Approved :: MIT License"]}, "MIT License"),
    ({"classifiers": ["License :: OSI Approved :: MIT License",
                      "License :: OSI Approved :: Apache Software License"]},
     "MIT License, Apache Software License"),
    ({"license": "MIT"}, "MIT"),
    ({"license": "Copyright\n" * 50}, None),
    ({"summary": "x"}, None),
])  # fmt: skip
def test_a_licence_is_a_name_and_not_its_text(metadata, said):
    tried = probe_record(record(*installed(), metadata=metadata))

    assert (tried.license and tried.license.value) == said
    assert ("license" in codes(tried)) == (said is None)


@pytest.mark.parametrize(("commands", "said"), [
    (["tap-alpha"], "tap-alpha"),
    (["alpha"], "alpha"),
    (["alpha", "tap-alpha"], "tap-alpha"),
    (["beta", "tap-other"], "tap-other"),
    ([], None),
])  # fmt: skip
def test_the_command_is_the_one_that_is_named_like_a_connector(commands, said):
    tried = probe_record(record(*installed(), executables=commands))

    assert (tried.executable and tried.executable.value) == said


@pytest.mark.parametrize("name", ["tap-alpha", "target-alpha"])
def test_a_definition_is_one_in_the_contract_s_words(name):
    tried = probe_record(record(*installed(helped(), about()), name=name))
    kind = PluginType.EXTRACTORS if name.startswith("tap") else PluginType.LOADERS
    laid = MINIMAL | definition_of(tried)

    assert [error.message for error in definition_errors(kind, laid)] == []
    assert {"executable", "capabilities", "settings", "settings_group_validation"} < (
        laid.keys()
    )


def test_only_what_was_observed_is_laid_over_a_definition():
    static = {"capabilities": ["state"], "settings": [{"name": "a"}]}
    tried = probe_record(record(*installed(helped()), static=static))

    assert definition_of(tried) == {"executable": "tap-alpha"}
    assert definition_of(tried, basis=Basis.STATIC) == {
        "capabilities": ["state"],
        "settings": [{"name": "a"}],
        "settings_group_validation": [],
    }


def test_what_is_compared_has_streams_and_pythons_where_they_are_known():
    tried = probe_record(record(*installed(about(), discover())))
    surface = surface_of(tried, pythons=["3.12", "3.11"])

    assert surface["supported_python_versions"] == ["3.11", "3.12"]
    assert [one["id"] for one in surface["streams"]] == ["things"]
    assert "streams" not in surface_of(probe_record(record(*installed(about()))))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)
texts = (
    st.text() | json_values.map(json.dumps) | st.just("{" * 5000) | st.just("\ud800")
)
steps = st.fixed_dictionaries(
    {
        "name": st.sampled_from(
            ["install", "import", "help", "version", "about", "discover"]
        )
    },
    optional={
        "args": json_values,
        "config": json_values | st.dictionaries(st.text(), json_values, max_size=3),
        "ending": st.sampled_from(["exited", "signalled", "timed-out"]) | json_values,
        "exit_code": st.integers(-3, 3) | json_values,
        "signal": json_values,
        "stdout": texts | json_values,
        "stderr": texts | json_values,
        "seconds": json_values,
    },
)
about_values = st.fixed_dictionaries(
    {"name": st.just("tap")},
    optional={
        "capabilities": json_values,
        "version": json_values,
        "sdk_version": json_values,
        "settings": json_values
        | st.fixed_dictionaries({
            "properties": st.dictionaries(st.text(), json_values, max_size=5),
            "required": json_values,
        }),
    },
)  # fmt: skip
catalogs = st.fixed_dictionaries({
    "streams": st.lists(
        st.fixed_dictionaries(
            {"tap_stream_id": st.text(min_size=1)},
            optional=dict.fromkeys(
                ("stream", "schema", "metadata", "key_properties", "replication_key"),
                json_values,
            ),
        ),
        max_size=4,
    )
})  # fmt: skip
printing = st.one_of(
    about_values.map(lambda said: about() | {"stdout": json.dumps(said)}),
    catalogs.map(lambda said: discover(json.dumps(said))),
)
records = json_values | st.fixed_dictionaries(
    {"steps": st.lists(steps | printing | json_values, max_size=6)},
    optional={
        "name": st.sampled_from(["tap-a", "target-a"]) | json_values,
        "packages": st.lists(json_values, max_size=3) | json_values,
        "executables": json_values | st.lists(st.text(), max_size=3),
        "metadata": st.dictionaries(
            st.sampled_from(["license", "classifiers", "requires_python"]), json_values
        ),
        "static": json_values
        | st.dictionaries(
            st.sampled_from(["settings", "capabilities", "streams", "framework"]),
            json_values | st.lists(json_values, max_size=3),
        ),
        "version": json_values,
        "rescue": json_values,
    },
)


@given(records)
def test_any_json_is_a_record(value):
    tried = probe_record(value)

    text = json.dumps(tried.as_json(), allow_nan=False, ensure_ascii=False)
    assert text.encode()
    assert probe_record(value) == tried
    definition = definition_of(tried) | definition_of(tried, basis=Basis.STATIC)
    assert not list(definition_errors(PluginType.EXTRACTORS, MINIMAL | definition))
    if tried.settings is not None:
        config = config_for(tried.settings.value)
        assert config is None or json.dumps(config, allow_nan=False)
