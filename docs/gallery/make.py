"""Make the pictures of the gallery from the code on its page: `python docs/gallery/make.py`."""

import re
from pathlib import Path

HERE = Path(__file__).parent
ENTRY = re.compile(r"!\[[^\]]*\]\(gallery/(\w+)\.png\)\n\n```python\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)


def main() -> None:
    """Run every block, and write what it calls `figure`."""
    for name, code in ENTRY.findall((HERE.parent / "gallery.md").read_text("utf-8")):
        names: dict = {}
        exec(compile(code, f"{name} in gallery.md", "exec"), names)
        names["figure"].savefig(HERE / f"{name}.png", dpi=120)


if __name__ == "__main__":
    main()
