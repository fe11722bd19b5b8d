"""Check the Dockerfile that repo2docker printed, and print the Jupyter packages that its image starts from.

python binder/inspect_repo2docker.py OUTPUT     (in an environment that has repo2docker)
"""

import re
import sys
from pathlib import Path

import repo2docker

PYTHON = Path("binder/runtime.txt").read_text(encoding="utf-8").strip().partition("-")[2]
LOCK = f"environment.py-{PYTHON}-linux-64.lock"
# What the image brings and a user meets. The rest follows from their own requirements.
JUPYTER = (
    "ipykernel", "ipywidgets", "jupyter-offlinenotebook", "jupyter-resource-usage", "jupyter_server",
    "jupyterhub-base", "jupyterlab", "notebook",
)  # fmt: skip

dockerfile = Path(sys.argv[1]).read_text(encoding="utf-8")
expected = {
    "Python as in runtime.txt": rf"^Building conda environment for python={re.escape(PYTHON)}$",
    "a copy of the repository": r"^COPY .* src/ \$\{REPO_DIR\}/$",
    "the packages of binder/requirements.txt": r'bin/pip install --no-cache-dir -r "binder/requirements\.txt"',
    "binder/postBuild": r"^RUN \./binder/postBuild",
}
found = {what: re.search(pattern, dockerfile, flags=re.M) for what, pattern in expected.items()}
missing = [what for what, match in found.items() if match is None]
if missing:
    print(dockerfile, file=sys.stderr)
    sys.exit(f"the Dockerfile lacks {', '.join(missing)}")
_, *steps = (match.start() for match in found.values())
if steps != sorted(steps):
    sys.exit(f"the Dockerfile's steps must come in this order: {', '.join(list(expected)[1:])}")

lock = (Path(repo2docker.__file__).parent / "buildpacks" / "conda" / LOCK).read_text(encoding="utf-8")
for name in JUPYTER:
    version = re.search(rf"/{re.escape(name)}-(\d[^-]*)-", lock)
    if version is None:
        sys.exit(f"repo2docker's image for Python {PYTHON} has no {name} any more: mend binder/inspect_repo2docker.py")
    print(f"{name.removesuffix('-base')}=={version[1]}")
