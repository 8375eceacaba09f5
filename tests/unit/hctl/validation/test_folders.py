"""What of a folder is read, and what is left alone."""

import json
import os
import socket
import threading
from io import BytesIO
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hctl.commands.app import app
from hctl.errors import UsageError
from hctl.validation import files
from hctl.validation.files import Files, Folder, exclusion, read_sources

from .files import request

pytestmark = pytest.mark.timeout(60)  # what blocks on a pipe blocks for ever

TEMPLATE = "{{- range .Values.teams }}\n---\nmetadata:\n  name: {{ . }}\n{{- end }}\n"
CHART = "apiVersion: v2\nname: web\nversion: 0.1.0\n"


def write(path: Path, text: str = "") -> Path:
    """Write a file, a good request unless told otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text or request(), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a good request, and beside it what is none of its business."""
    write(tmp_path / "outside" / "secret.yaml", "a: [")
    inside = tmp_path / "inside"
    write(inside / "request.yaml")
    monkeypatch.chdir(inside)
    return inside


def look(*paths: str, exclude: tuple[str, ...] = ()) -> Files:
    return read_sources(paths or (".",), BytesIO(), exclude)


def names(files: Files) -> list[str]:
    return [source.file for source in files.sources]


def left(files: Files) -> list[tuple[str, str]]:
    return [(item.file, str(item.why)) for item in files.left]


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["validate", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


REQUEST_PATCH = """\
apiVersion: platform.integratn.tech/v1alpha1
kind: VClusterOrchestratorV2
metadata: {name: media}
spec: {integrations: {}}
"""


@pytest.mark.parametrize(
    "listed",
    [
        "patches: [{path: patch.yaml}]",
        "patches: [{path: ./patch.yaml, target: {kind: VClusterOrchestratorV2}}, {patch: '- op: remove'}]",
        "patchesStrategicMerge: [patch.yaml]",
        "patchesJson6902: [{path: ../overlay/patch.yaml, target: {version: v1}}]",
    ],
)
def test_a_patch_that_a_kustomization_lists_is_left_alone_unless_it_is_named(folder: Path, listed: str) -> None:
    write(folder / "overlay" / "patch.yaml", REQUEST_PATCH)
    write(folder / "overlay" / "kustomization.yaml", "resources: [../request.yaml]\n")
    assert run(".").exit_code == 1
    write(folder / "overlay" / "kustomization.yaml", f"resources: [../request.yaml]\n{listed}\n")
    done = run(".")
    assert (done.exit_code, "skipped: 1 patch of a kustomization" in done.stdout) == (0, True)
    assert run(".", "overlay/patch.yaml").exit_code == 1
    assert run(".", "--kind", "request").exit_code == 1


@pytest.mark.parametrize(
    ("name", "text", "is_ours"),
    [
        ("x.yaml", "{% if x %}\na: {{ b }}\n{% endif %}\n", False),
        ("tsconfig.json", '{\n  // kind: none\n  "compilerOptions": {},\n}\n', False),
        ("x.yaml", "kind: ConfigMap\na: [\n", False),
        ("x.yaml", "kind: VClusterOrchestratorV2\na: [\n", True),
        ("x.yaml", "apiVersion: status.integratn.tech/v1\na: [\n", True),
        ("x.json", '{"apiVersion": "platform.kratix.io/v1alpha1",}', True),
        ("x.yaml", "apiVersion: platform.integratn.tech/v1alpha1\nspec: {{ b }}: {{ c }}\n", True),
        ("x.json", '{"kind" : "Promise",}', True),
    ],
)
def test_what_is_no_yaml_and_names_no_kind_of_ours_is_left_alone_unless_it_is_named(
    folder: Path, name: str, text: str, *, is_ours: bool
) -> None:
    write(folder / name, text)
    done = run(".")
    assert (done.exit_code == 1) is is_ours
    assert ("1 file that is no YAML or JSON" in done.stdout) is not is_ours
    assert (f"hctl: {name}: no YAML or JSON" in done.stderr) is not is_ours
    assert run(name).exit_code == 1
    (folder / name).write_bytes(text.encode("utf-16"))
    assert (run(".").exit_code == 1) is is_ours


def test_templates_of_a_chart_are_left_alone_wherever_it_lies(folder: Path) -> None:
    """Case 11, with charts in charts."""
    web = folder / "charts" / "web"
    write(web / "Chart.yaml", CHART)
    write(web / "values.yaml", "teams: [a]\n")
    write(web / "crds" / "crd.yaml", "kind: CustomResourceDefinition\n")
    write(web / "templates" / "namespaces.yaml", TEMPLATE)
    write(web / "templates" / "tests" / "deep" / "pod.yml", TEMPLATE)
    write(web / "templates" / "NOTES.txt", TEMPLATE)
    write(web / "charts" / "db" / "Chart.yaml", CHART)
    write(web / "charts" / "db" / "templates" / "db.json", TEMPLATE)
    write(web / "charts" / "of-the-parent" / "templates" / "x.yaml", TEMPLATE)
    looked = look()
    assert names(looked) == [
        "request.yaml",
        "charts/web/Chart.yaml",
        "charts/web/values.yaml",
        "charts/web/charts/db/Chart.yaml",
        "charts/web/crds/crd.yaml",
    ]
    assert {why for _, why in left(looked)} == {"chartTemplates"}
    result = run(".")
    assert (result.exit_code, result.stderr) == (0, "")
    told = "1 document in 5 files: valid (4 of other kinds skipped; skipped: 4 Helm templates)\n"
    assert result.stdout == told
    summary = json.loads(run(".", "-o", "json").stdout)["summary"]
    others = dict.fromkeys(("excluded", "links", "special", "patches", "otherSyntax"), 0)
    assert summary["leftAlone"] == {"chartTemplates": 4, **others}


def test_the_folder_of_a_chart_itself_may_be_named(folder: Path) -> None:
    write(folder / "Chart.yaml", CHART)
    write(folder / "templates" / "x.yaml", TEMPLATE)
    assert left(look(str(folder))) == [(str(folder / "templates" / "x.yaml"), "chartTemplates")]
    assert left(look(".")) == [("templates/x.yaml", "chartTemplates")]
    assert run(".").exit_code == 0


def test_templates_without_a_chart_are_files_like_others(folder: Path) -> None:
    write(folder / "templates" / "x.yaml")
    write(folder / "web" / "chart.yaml", CHART)  # Helm wants the capital
    write(folder / "web" / "templates" / "y.yaml")
    (folder / "db" / "Chart.yaml").mkdir(parents=True)
    write(folder / "db" / "templates" / "z.yaml")
    assert names(look()) == [
        "request.yaml", "db/templates/z.yaml", "templates/x.yaml", "web/chart.yaml", "web/templates/y.yaml"
    ]  # fmt: skip


def test_a_template_or_its_folder_that_is_named_is_meant(folder: Path) -> None:
    write(folder / "Chart.yaml", CHART)
    write(folder / "templates" / "x.yaml", TEMPLATE)
    assert names(look("templates/x.yaml")) == names(look("templates")) == ["templates/x.yaml"]
    assert run("templates/x.yaml").exit_code == 1
    # named besides, it is read and not left alone
    assert left(look(".", "templates/x.yaml")) == []


def test_nothing_but_templates_is_nothing_to_validate(folder: Path) -> None:
    write(folder / "web" / "Chart.yaml", CHART)
    write(folder / "web" / "templates" / "x.yaml", TEMPLATE)
    result = run("web")
    assert result.exit_code == 2
    assert "1 file with 1 document, none of a known kind" in result.stderr
    assert "(skipped: 1 Helm template)" in result.stderr
    assert run("web", "--allow-nothing").exit_code == 0


@pytest.mark.parametrize("target", ["../outside/secret.yaml", "../outside", "/etc", "..", "nothing.yaml", "link.yaml"])
def test_no_link_is_followed_out_of_the_folder_or_to_nothing(folder: Path, target: str) -> None:
    (folder / "link.yaml").symlink_to(target)
    looked = look()
    assert names(looked) == ["request.yaml"]
    assert left(looked) == [("link.yaml", "links")]
    result = run(".")
    assert result.exit_code == 0
    assert result.stdout == "1 document in 1 file: valid (skipped: 1 link that was not followed)\n"
    assert result.stderr.startswith("hctl: link.yaml: a broken link, or one out of the folder, is not followed")


def test_a_chain_of_links_counts_by_where_it_ends(folder: Path) -> None:
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "out").symlink_to("../../outside")
    (folder / "a.yaml").symlink_to(".hidden/out/secret.yaml")
    (folder / "b.yaml").symlink_to("a.yaml")
    (folder / "c.yaml").symlink_to("d.yaml")
    (folder / "d.yaml").symlink_to("c.yaml")
    looked = look()
    assert names(looked) == ["request.yaml"]
    assert left(looked) == [(f"{name}.yaml", "links") for name in "abcd"]


def test_a_link_to_a_file_of_the_folder_is_that_file_read_once(folder: Path) -> None:
    (folder / "a.yaml").symlink_to("request.yaml")
    (folder / "deep").mkdir()
    (folder / "deep" / "b.yaml").symlink_to("../a.yaml")
    (folder / "again").symlink_to("deep")
    (folder / "self").symlink_to(".")
    (folder / "deep" / "up").symlink_to("..")
    looked = look()
    assert (names(looked), left(looked)) == (["request.yaml"], [])
    assert names(look(".", "a.yaml")) == ["a.yaml"]


def test_a_link_to_what_has_no_name_of_its_own_here_is_read_by_the_link(folder: Path) -> None:
    """As the kubelet mounts a ConfigMap."""
    write(folder / "..2026" / "a.yaml")
    (folder / "..data").symlink_to("..2026")
    (folder / "a.yaml").symlink_to("..data/a.yaml")
    write(folder / ".store" / "deep" / "b.yaml")
    (folder / ".store" / "loop").symlink_to("..")
    (folder / "store").symlink_to(".store")
    write(folder / "text.txt")
    (folder / "c.yaml").symlink_to("text.txt")
    looked = look()
    assert names(looked) == ["request.yaml", "store/deep/b.yaml", "a.yaml", "c.yaml"]
    assert left(looked) == []


def test_a_link_to_a_template_or_to_what_is_excluded_is_left_alone_too(folder: Path) -> None:
    write(folder / ".web" / "Chart.yaml", CHART)
    write(folder / ".web" / "templates" / "x.yaml", TEMPLATE)
    (folder / "x.yaml").symlink_to(".web/templates/x.yaml")
    (folder / "helm").symlink_to(".web/templates")
    write(folder / "vendor" / "y.yaml", TEMPLATE)
    (folder / "y.yaml").symlink_to("vendor/y.yaml")
    looked = look(exclude=("vendor",))
    assert names(looked) == ["request.yaml"]
    assert sorted(left(looked)) == [
        ("helm/x.yaml", "chartTemplates"),
        ("vendor", "excluded"),
        ("x.yaml", "chartTemplates"),
        ("y.yaml", "excluded"),
    ]


def test_a_link_that_is_named_is_followed_and_what_it_holds_is_its_inside(folder: Path) -> None:
    (folder / "out").symlink_to("../outside")
    (folder / "out.yaml").symlink_to("../outside/secret.yaml")
    assert names(look("out.yaml")) == ["out.yaml"]
    looked = look("out")
    assert (names(looked), left(looked)) == (["out/secret.yaml"], [])


def test_a_pipe_a_socket_and_a_device_are_passed_over_in_a_folder_with_a_word(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.json")
        (folder / "zero.yml").symlink_to("/dev/zero")
        (folder / "by-link.yaml").symlink_to("pipe.yaml")
        result = run(".")
    assert result.exit_code == 0
    # zero.yml leads out; by-link.yaml is the pipe again
    assert "skipped: 1 link that was not followed, 3 files that are not regular" in result.stdout
    assert "hctl: pipe.yaml: a pipe, socket or device in a folder is not read; pass it" in result.stderr
    assert json.loads(run(".", "-o", "json").stdout)["summary"]["leftAlone"]["special"] == 3


def test_a_pipe_that_is_named_is_read_to_its_end_as_standard_input_is(folder: Path) -> None:
    pipe = folder / "pipe.yaml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(request("nmae: x"),), daemon=True)
    writer.start()
    result = run("pipe.yaml")
    writer.join(10)
    assert result.exit_code == 1
    assert "pipe.yaml:4:21: error: spec.nmae: found an unknown key" in result.stdout


def test_a_device_that_is_named_ends_at_the_limit_of_a_file(folder: Path) -> None:
    assert folder.is_dir()
    assert "found more than 4 MiB" in run("/dev/zero").stdout
    assert run("/dev/null", "request.yaml").exit_code == 0


def test_what_became_a_pipe_since_it_was_looked_at_does_not_block(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def folder_then_pipe(*arguments: object) -> object:
        found = Folder(*arguments)  # type: ignore[arg-type]  # passed on
        (folder / "request.yaml").unlink()
        os.mkfifo(folder / "request.yaml")
        return found

    monkeypatch.setattr(files, "Folder", folder_then_pipe)
    assert [source.data for source in look().sources] == [b""]
    monkeypatch.undo()
    (folder / "request.yaml").unlink()
    (folder / "request.yaml").symlink_to("../outside/secret.yaml")
    with pytest.raises(UsageError, match=r"request.yaml: Too many levels of symbolic links"):
        files._read(str(folder / "request.yaml"), "request.yaml", files._NEVER_WAIT)


@pytest.mark.parametrize(
    ("pattern", "excluded"),
    [
        ("vendor", ["vendor", "vendor/a.yaml", "deep/vendor", "deep/vendor/a.yaml"]),
        ("vendor/", ["vendor", "vendor/a.yaml", "deep/vendor", "deep/vendor/a.yaml"]),
        ("./vendor/**", ["vendor", "vendor/a.yaml"]),
        ("vendor/*", ["vendor/a.yaml"]),
        ("deep/vendor", ["deep/vendor", "deep/vendor/a.yaml"]),
        ("**/vendor/*.yaml", ["vendor/a.yaml", "deep/vendor/a.yaml"]),
        ("**/a.yaml", ["a.yaml", "vendor/a.yaml", "deep/vendor/a.yaml"]),
        ("*.gen.yaml", ["deep/x.gen.yaml"]),
        ("deep/*.yaml", ["deep/x.gen.yaml"]),
        ("[!v]*.yaml", ["a.yaml", "vendor/a.yaml", "deep/x.gen.yaml", "deep/vendor/a.yaml"]),
        ("?.yaml", ["a.yaml", "vendor/a.yaml", "deep/vendor/a.yaml"]),
        ("A.yaml", []),
        ("", []),
        ("/", []),
        ("vend", []),
        ("(", []),
    ],
)
def test_a_pattern_excludes_as_ignore_files_do(pattern: str, excluded: list[str]) -> None:
    paths = ["a.yaml", "vendor", "vendor/a.yaml", "deep/x.gen.yaml", "deep/vendor", "deep/vendor/a.yaml"]
    asked = exclusion([pattern])
    assert [path for path in paths if asked(path, path)] == excluded
    assert [path for path in paths if exclusion(["x.y", pattern])(path, path)] == excluded


def test_a_pattern_with_a_slash_is_of_the_path_as_shown_or_below_the_folder(folder: Path) -> None:
    write(folder / "repo" / "charts" / "web" / "x.yaml", TEMPLATE)
    write(folder / "repo" / "good.yaml")
    for pattern in ("charts/web", "repo/charts/**", "charts", "web", "x.yaml", "**/web/*"):
        assert names(look("repo", exclude=(pattern,))) == ["repo/good.yaml"], pattern
        assert names(look("./repo", exclude=(pattern,))) == ["./repo/good.yaml"], pattern
    above = look(str(folder / "repo"), exclude=("inside", "web"))
    assert names(above) == [str(folder / "repo" / "good.yaml")]


def test_an_excluded_folder_is_not_looked_into_and_is_counted_once(folder: Path) -> None:
    write(folder / "vendor" / "a.yaml", TEMPLATE)
    write(folder / "vendor" / "b.yaml", TEMPLATE)
    write(folder / "c.gen.yaml", TEMPLATE)
    result = run(".", "--exclude", "vendor", "--exclude", "*.gen.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "1 document in 1 file: valid (skipped: 2 excluded paths)\n"


def test_a_file_that_is_named_and_excluded_is_excluded(folder: Path) -> None:
    """A hook names every file that has changed, so the pattern says more than the name."""
    write(folder / "charts" / "web" / "x.yaml", TEMPLATE)
    for pattern in ("charts", "charts/**", "x.yaml", "*/web/x.yaml"):
        looked = look("charts/web/x.yaml", "request.yaml", exclude=(pattern,))
        assert names(looked) == ["request.yaml"], pattern
        assert left(looked) == [("charts/web/x.yaml", "excluded")]
    assert names(look(str(folder / "charts/web/x.yaml"), exclude=("charts",))) == []
    assert names(look("../inside/request.yaml", exclude=("inside",))) == ["../inside/request.yaml"]
    result = run("charts/web/x.yaml", "--exclude", "charts")
    assert result.exit_code == 2
    assert "nothing to validate: no file that ends in .yaml, .yml or .json (skipped: 1 excluded path" in result.stderr
    assert run("charts/web/x.yaml", "--exclude", "charts", "--allow-nothing").exit_code == 0


def test_many_links_are_named_in_part(folder: Path) -> None:
    for number in range(30):
        (folder / f"l{number:02}.yaml").symlink_to("/etc/passwd")
    lines = run(".").stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "hctl: and 10 more"


def test_a_link_with_a_hostile_name_paints_nothing(folder: Path) -> None:
    (folder / "a\x1b[2J\n.yaml").symlink_to("/etc/passwd")
    told = run(".").stderr
    assert told.count("\n") == 1
    assert "\x1b" not in told


def test_too_many_files_are_refused_however_they_are_reached(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hctl.validation.files._MAX_FILES", 1)
    write(folder / ".hidden" / "b.yaml")
    (folder / "more").symlink_to(".hidden")
    with pytest.raises(UsageError, match="more than 1 files; give a smaller folder"):
        look()
