"""The files that widgets are exported to: small, made up, and such that programs open them."""

from collections.abc import Callable, Mapping
from io import BytesIO
from zipfile import ZipFile

ROWS = (("Month", "Amount"), ("January", "1204"), ("February", "1187"), ("March", "1312"))
_NS = "http://schemas.openxmlformats.org"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_NS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/book.xml" ContentType="'
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/sheet.xml" ContentType="'
    'application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_NS}/officeDocument/2006/relationships/officeDocument" Target="book.xml"/></Relationships>',
    "_rels/book.xml.rels": f'<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_NS}/officeDocument/2006/relationships/worksheet" Target="sheet.xml"/></Relationships>',
    "book.xml": f'<workbook xmlns="{_NS}/spreadsheetml/2006/main" '
    f'xmlns:r="{_NS}/officeDocument/2006/relationships"><sheets><sheet name="Export" sheetId="1" r:id="r1"/>'
    "</sheets></workbook>",
}


def csv(_title: str) -> bytes:
    return "\r\n".join(",".join(row) for row in ROWS).encode()


def xlsx(_title: str) -> bytes:
    cells = (
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in ROWS
    )
    sheet = f'<worksheet xmlns="{_NS}/spreadsheetml/2006/main"><sheetData>{"".join(cells)}</sheetData></worksheet>'
    whole = BytesIO()
    with ZipFile(whole, "w") as book:
        for name, part in {**_PARTS, "sheet.xml": sheet}.items():
            book.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{part}')
    return whole.getvalue()


def pdf(title: str) -> bytes:
    """One page with the title on it."""
    plain = title.encode("ascii", "replace").decode().translate(str.maketrans("()\\", "   "))
    drawn = f"BT /F 18 Tf 60 760 Td ({plain}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    whole, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(whole))
        whole += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(whole)}\n"
    return f"{whole}{end}%%EOF".encode()


WRITERS: Mapping[str, tuple[str, Callable[[str], bytes]]] = {
    "csv": ("text/csv", csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
    "pdf": ("application/pdf", pdf),
}
