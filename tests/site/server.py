"""The built site, served as its host will: below the same path, compressed, with its own page for what is missing."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

PREFIX = "/diamonds-and-circles/"
COMPRESSED = {".html", ".css", ".js", ".svg", ".xml", ".json"}


@contextmanager
def serve(root: Path) -> Iterator[str]:
    """The address of the site while it is being served."""

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            file = root / path.removeprefix(PREFIX)
            if file.is_dir():
                file = file / "index.html"
            status = 200
            if not path.startswith(PREFIX) or not file.is_file():
                status, file = 404, root / "404.html"
            body = file.read_bytes()
            self.send_response(status)
            self.send_header("Content-Type", self.guess_type(str(file)))
            if file.suffix in COMPRESSED:
                body = gzip.compress(body, 6)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # a page that was left while it loaded
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        finally:
            server.shutdown()
            thread.join()
