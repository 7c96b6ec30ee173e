"""The process that prints, and does nothing else: an order comes in as JSON, the pages go out as bytes.

typst keeps what it laid out and cannot be interrupted; a process gives its memory back and can be killed.
"""

import json
import sys
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("sheet.typ")
PIXELS_PER_INCH = 144  # two for each point of a screen


def main() -> None:
    order = json.load(sys.stdin.buffer)
    pages = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        format=order["form"],
        ppi=PIXELS_PER_INCH,
        sys_inputs={"sheet": json.dumps(order["sheet"])},
        timestamp=order["moment"],
    )
    sys.stdout.buffer.write(pages)


if __name__ == "__main__":
    main()
