"""The Dockerfile: a pinned base, no root, no secret, a health check that tells, and all that the build needs."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from web.services import Service, running

ROOT = Path(__file__).parents[1]
TOKEN = "a-secret-of-the-harbour"


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with what follows its name in one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines]


@pytest.fixture(scope="module")
def final(instructions: list[tuple[str, str]]) -> dict[str, str]:
    """The last instruction of each name in the last stage."""
    last = max(number for number, (name, _) in enumerate(instructions) if name == "FROM")
    return dict(instructions[last:])


def exec_form(instruction: str) -> list[str]:
    """The words of a command that runs without a shell, so that it is the process that gets SIGTERM."""
    return list(json.loads(instruction[instruction.index("[") :]))


def test_every_base_is_one_slim_version(instructions: list[tuple[str, str]]) -> None:
    bases = {value.split()[0] for name, value in instructions if name == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", *bases)


def test_it_runs_as_a_user_who_is_not_root(final: dict[str, str]) -> None:
    assert re.fullmatch(r"[1-9]\d*", final["USER"])
    assert f"--uid {final['USER']} " in final["RUN"]


def test_it_holds_no_secret_and_fetches_nothing_but_packages(instructions: list[tuple[str, str]]) -> None:
    for name, value in instructions:
        assert name != "ADD"
        assert name not in ("ENV", "ARG") or not re.search(r"token|secret|passw|key|credential", value, re.IGNORECASE)
        assert not re.search(r"curl|wget|https?://(?!127\.0\.0\.1)", value)


def test_it_copies_what_the_package_is_built_from_and_docker_sees_nothing_else(
    instructions: list[tuple[str, str]],
) -> None:
    copied = [path for name, value in instructions if name == "COPY" and "--from" not in value
              for path in value.split()[:-1]]  # fmt: skip
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]}
    needed |= set(project["tool"]["setuptools"]["package-dir"].values())
    assert set(copied) == needed
    assert all((ROOT / path).exists() for path in copied)
    seen = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(seen) == needed


@pytest.fixture(scope="module")
def service(final: dict[str, str]) -> Iterator[Service]:
    """The service with the options of the image, on a free port."""
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    pytest.importorskip("prometheus_client", reason="prometheus_client is not installed")
    name, *options = exec_form(final["CMD"])
    assert (exec_form(final["ENTRYPOINT"]), name) == (["corestory"], "serve")
    del options[options.index("--port") : options.index("--port") + 2]
    with running(*options, token=TOKEN) as service:
        yield service


@pytest.mark.slow
def test_the_health_check_tells_a_service_that_runs_from_one_that_does_not(
    service: Service, final: dict[str, str]
) -> None:
    _, *arguments = exec_form(final["HEALTHCHECK"])
    assert f":{final['EXPOSE']}/" in arguments[-1]
    for port, healthy in ((service.port, True), (9, False)):
        command = [argument.replace(f":{final['EXPOSE']}/", f":{port}/") for argument in arguments]
        done = subprocess.run([sys.executable, *command], capture_output=True)
        assert (done.returncode == 0) == healthy


def test_it_does_not_start_without_a_token(final: dict[str, str]) -> None:
    command = [sys.executable, "-m", "corestory", *exec_form(final["CMD"])]
    done = subprocess.run(command, capture_output=True, text=True, env={"COLUMNS": "200"}, cwd=ROOT / "pipeline")
    assert done.returncode == 2
    assert "CORESTORY_TOKEN" in done.stderr


@pytest.mark.slow
def test_the_image_is_built_and_tags_without_root_and_network(instructions: list[tuple[str, str]]) -> None:
    def docker(*arguments: object, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(["docker", *map(str, arguments)], capture_output=True, text=True, input=text)

    if shutil.which("docker") is None or docker("info").returncode:
        pytest.skip("no Docker daemon answers")
    if docker("pull", dict(instructions)["FROM"]).returncode:
        pytest.skip("the base image cannot be fetched")
    image = "corestory-of-a-test"
    built = docker("build", "--tag", image, ROOT)
    assert built.returncode == 0, built.stderr
    try:
        assert docker("run", "--rm", "--entrypoint", "id", image, "-u").stdout == f"{dict(instructions)['USER']}\n"
        story = "The lock at Amberhaven opened again on Monday after eleven barges had waited since Friday evening."
        done = docker("run", "--rm", "--interactive", "--network", "none", image, "predict", "-", text=story)
        assert story in done.stdout, done.stderr
    finally:
        docker("image", "rm", "--force", image)


@pytest.mark.slow
def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is not installed")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
