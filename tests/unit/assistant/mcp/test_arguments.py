"""What the command line refuses, each in a line that names what to give instead."""

from pathlib import Path

import pytest

from hctl.errors import UsageError
from hctl.target import Target
from platform_status_assistant.mcp.arguments import read_arguments

HTTP = ("--transport", "http")


def test_without_a_word_it_speaks_over_the_standard_streams() -> None:
    options = read_arguments([])
    assert not options.http
    assert options.target == Target()
    assert options.token_file is None


@pytest.mark.parametrize("address", ["127.0.0.1:8765", "localhost:0", "[::1]:1", "127.8.9.1:65535"])
def test_this_machine_needs_no_token(address: str) -> None:
    options = read_arguments([*HTTP, "--listen", address])
    assert options.http
    assert f"{options.host}:{options.port}" == address.replace("[", "").replace("]", "")


@pytest.mark.parametrize(
    "address", ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "status.example.org:1", "localhost.evil.org:1"]
)
def test_beyond_it_a_token_and_tls_are_asked_for(address: str) -> None:
    listen = (*HTTP, "--listen", address)
    with pytest.raises(UsageError, match=r"--token-file"):
        read_arguments(listen)
    with pytest.raises(UsageError, match=r"--tls-cert and --tls-key, or --behind-tls-proxy"):
        read_arguments([*listen, "--token-file", "t"])
    assert read_arguments([*listen, "--token-file", "t", "--behind-tls-proxy"]).token_file == Path("t")
    assert read_arguments([*listen, "--token-file", "t", "--tls-cert", "c", "--tls-key", "k"]).key == Path("k")


@pytest.mark.parametrize("address", ["", "8765", "host:", ":80", "host:65536", "host:-1", "host:٣", "host:\x1b[2J"])
def test_an_address_that_is_none_is_named(address: str) -> None:
    with pytest.raises(UsageError, match=r"expected HOST:PORT") as refused:
        read_arguments([*HTTP, "--listen", address])
    assert "\x1b" not in str(refused.value)


def test_half_of_tls_is_none() -> None:
    with pytest.raises(UsageError, match="require each other"):
        read_arguments([*HTTP, "--tls-cert", "c"])


@pytest.mark.parametrize("flag", [("--token-file", "t"), ("--behind-tls-proxy",), ("--allowed-host", "a")])
def test_what_only_http_knows_is_refused_without_it(flag: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="require --transport http"):
        read_arguments(flag)
