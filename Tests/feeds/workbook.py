#!/usr/bin/env python3
"""A department's workbook, and that the documented commands write it as the CSV that is imported.

    workbook.py make     writes disability.xlsx anew (needs python3-openpyxl)
    workbook.py check    converts it by each command of docs/directory.md that is installed here, and
                         compares with disability.csv, which the tests import

The people are made up: area 999999 is nobody's.
"""

import datetime
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BOOK, TABLE = HERE / "disability.xlsx", HERE / "disability.csv"
LIBREOFFICE = 'csv:Text - txt - csv (StarCalc):44,34,76'


def number(body):
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights)) % 11]


def make():
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "残疾人证"
    sheet.append(
        ["identity_number", "name", "birth", "address", "effective", "p.disabilityKind",
         "p.disabilityGrade", "p.severeMental", "p.monthlyIncome"])
    day = datetime.date
    rows = [
        (number("99999919611231001"), "张桂兰", day(1961, 12, 31), "东街 1 号, 二楼",
         day(2021, 9, 1), "肢体残疾", 2, False, 2600.5),
        (number("99999919850304002"), "陈\"小\"勇", day(1985, 3, 4), None, day(2021, 9, 1), "mental",
         1, True, 0),
        # As if somebody had typed it as a number: a workbook keeps fifteen digits of it.
        ("999999197001010000", "王芳", day(1970, 1, 1), None, day(2021, 9, 1), "visual", 3, None,
         None),
        (number("99999919900505004"), "李娜", day(1990, 5, 5), "西街 2 号\n后门", day(2021, 9, 1),
         "多重残疾", 1, None, 1234.56),
        (number("99999919440707005"), "赵磊", None, None, day(2021, 9, 1), "没有这一类", 1, None, None),
    ]
    for row in rows:
        sheet.append(row)
    for row in sheet.iter_rows(min_row=2):
        row[0].number_format = "@"
        for cell in (row[2], row[4]):
            cell.number_format = "yyyy-mm-dd"
    book.save(BOOK)


def conversions(folder):
    """The name of each command that is here, and what it makes of the workbook."""
    if shutil.which("xlsx2csv"):
        yield "xlsx2csv", subprocess.run(["xlsx2csv", BOOK], check=True, capture_output=True).stdout
    if shutil.which("soffice"):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
             "--convert-to", LIBREOFFICE, "--outdir", folder, BOOK],
            check=True, capture_output=True)
        yield "soffice", (Path(folder) / "disability.csv").read_bytes()


def check():
    wanted = TABLE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        found = list(conversions(folder))
    if not found:
        sys.exit("workbook: neither xlsx2csv nor soffice is installed here; nothing was compared")
    for name, made in found:
        text = made.decode("utf-8").replace("\r\n", "\n")
        if text != wanted:
            sys.exit(f"workbook: {name} writes something else than disability.csv:\n{text}")
        print(f"workbook: {name} writes disability.csv")


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]]()
