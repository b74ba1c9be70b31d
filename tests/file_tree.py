"""A home folder as people have it: a hundred files that are asked for, and any number of others.

The same tree every time. What is asked for is in ``TARGETS``; the others are named alike.
"""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
ROOTS = ("Documents", "Downloads", "Desktop", "Pictures", "Music", "Videos")
_KIB = 1 << 10


@dataclass(frozen=True, slots=True)
class Target:
    path: str
    days_ago: float
    size_kib: int = 40
    text: str = ""


def _targets() -> Iterator[Target]:
    for line in _LINES.strip().splitlines():
        path, days, size, *text = (part.strip() for part in line.split("|"))
        yield Target(path, float(days), int(size), text[0] if text else "")


_LINES = """
Documents/Taxes 2024/tax return 2024.pdf | 320 | 200 | income tax return for the year
Documents/Taxes 2025/tax return 2025.pdf | 20 | 220 | income tax return for the year
Documents/Taxes 2025/receipt dentist.pdf | 95 | 30 | root canal treatment
Documents/Taxes 2025/donations.xlsx | 60 | 18
Documents/Insurance/car insurance policy.pdf | 210 | 300
Documents/Insurance/liability insurance.pdf | 400 | 260
Documents/House/heat pump offer Miller.pdf | 1 | 180 | offer for an air source heat pump
Documents/House/boiler manual.pdf | 800 | 5000
Documents/House/floor plan.png | 300 | 900
Documents/House/electricity bill january.pdf | 30 | 70
Documents/House/electricity bill february.pdf | 4 | 72
Documents/House/mortgage contract.pdf | 1500 | 900
Documents/Work/quarterly report Q3.docx | 120 | 80
Documents/Work/quarterly report Q4.docx | 35 | 84
Documents/Work/meeting notes Hamburg.md | 8 | 3 | we agreed on the new warehouse
Documents/Work/budget 2025.xlsx | 300 | 44
Documents/Work/budget 2026.xlsx | 12 | 46
Documents/Work/project plan lighthouse.odp | 15 | 600
Documents/Work/organisation chart.pdf | 77 | 50
Documents/Work/Sales_Forecast_final(2).xlsx | 6 | 52
Documents/Applications/cover letter Siemens.odt | 44 | 22
Documents/Applications/curriculum vitae.pdf | 43 | 120
Documents/Letters/Letter_to_Anna.odt | 61 | 20
Documents/Letters/letter to the landlord.docx | 29 | 21
Documents/Letters/complaint railway.docx | 140 | 19
Documents/Recipes/lentil soup.txt | 500 | 2 | carrots celery and red lentils
Documents/Recipes/grandmothers apple cake.md | 900 | 2 | cinnamon and butter
Documents/Recipes/sourdough bread.txt | 33 | 2 | rye flour and water
Documents/Health/blood test results.pdf | 17 | 90
Documents/Health/vaccination record.pdf | 620 | 60
Documents/Garden/plan for the vegetable garden.odt | 25 | 30
Documents/Garden/seed order.csv | 24 | 4
Documents/Novel/chapter one.odt | 200 | 50
Documents/Novel/chapter two.odt | 150 | 52
Documents/Novel/chapter three.odt | 90 | 51
Documents/University/thesis draft.docx | 700 | 2000
Documents/University/thesis final.pdf | 650 | 3000
Documents/University/lecture notes thermodynamics.pdf | 1100 | 800
Documents/University/exam questions biology.txt | 1000 | 3 | mitosis and meiosis
Documents/Music lessons/guitar chords.pdf | 240 | 70
Documents/passwords hint.txt | 50 | 1 | not the password itself
Documents/shopping list.txt | 0.1 | 1 | oat milk
Documents/todo.md | 0.05 | 1 | call the plumber
Documents/ideas.txt | 2 | 1 | a bicycle trailer made of bamboo
Documents/Budget_household-2026.ods | 3 | 33
Documents/Contracts/rental agreement.pdf | 980 | 400
Documents/Contracts/mobile phone contract.pdf | 260 | 150
Documents/Contracts/gym membership.pdf | 110 | 90
Documents/Choir/programme summer concert.docx | 18 | 40
Documents/Choir/soprano score.pdf | 19 | 700
Downloads/invoice march.pdf | 1.2 | 60 | invoice number 4711
Downloads/invoice_2026-02-11.pdf | 21 | 61
Downloads/boarding pass.pdf | 2.5 | 45
Downloads/hotel confirmation Lisbon.pdf | 9 | 50 | double room with breakfast
Downloads/ubuntu-24.04-desktop-amd64.iso | 40 | 5000000
Downloads/Anna travel plan.pdf | 6 | 88 | itinerary for portugal
Downloads/anna_photos.zip | 5 | 90000
Downloads/printer driver setup.tar.gz | 75 | 30000
Downloads/bank statement february.pdf | 3.2 | 66
Downloads/bank statement january.pdf | 31 | 65
Downloads/concert ticket.pdf | 0.3 | 30
Downloads/user manual dishwasher.pdf | 170 | 7000
Downloads/weather data.csv | 0.4 | 300
Downloads/conference slides.pptx | 8.5 | 4000
Downloads/paper on solar cells.pdf | 10 | 1900 | perovskite efficiency
Downloads/map of the old town.jpg | 55 | 2200
Downloads/ebook treasure island.epub | 230 | 900
Downloads/contract signed.pdf | 0.2 | 210
Downloads/lab_results_Peter.pdf | 11 | 84
Desktop/presentation draft.pptx | 1.5 | 3000
Desktop/notes.txt | 0.2 | 1 | the number of the plumber
Desktop/screenshot error message.png | 0.15 | 400
Desktop/screenshot settings.png | 7 | 380
Desktop/timetable.ods | 26 | 20
Desktop/wedding guest list.xlsx | 13 | 25
Pictures/Holiday Greece 2025/IMG_20250712_101500.jpg | 235 | 3000
Pictures/Holiday Greece 2025/beach sunset.jpg | 236 | 3100
Pictures/Holiday Greece 2025/acropolis.jpg | 237 | 2900
Pictures/Birthday Emma/cake.jpg | 70 | 2500
Pictures/Birthday Emma/group photo.jpg | 70.1 | 4200
Pictures/cats/tiger sleeping.jpg | 14 | 1800
Pictures/cats/kitten.png | 16 | 2600
Pictures/passport scan.tiff | 420 | 12000
Pictures/profile picture.png | 330 | 300
Pictures/garden in spring.jpg | 340 | 2700
Pictures/eclipse.heic | 180 | 2000
Pictures/whiteboard.jpg | 1.3 | 1500
Music/Bach/goldberg variations.flac | 1200 | 300000
Music/podcast interview.mp3 | 5.5 | 40000
Music/voice memo dentist.m4a | 4.5 | 900
Music/demo song.wav | 46 | 50000
Music/audiobook dune.m4a | 510 | 400000
Videos/Holiday Greece 2025/snorkeling.mp4 | 234 | 900000
Videos/Holiday Greece 2025/ferry short.mp4 | 238 | 20000
Videos/graduation ceremony.mov | 640 | 1500000
Videos/cat and laser.mp4 | 22 | 30000
Videos/tutorial knitting.webm | 47 | 120000
Videos/screen recording.mkv | 0.6 | 70000
Videos/first steps Jonas.mp4 | 1300 | 60000
Videos/drone flight.mp4 | 27 | 800000
"""
TARGETS = tuple(_targets())

_SUBJECTS = (
    "order delivery depot travel training customer supplier product machine inventory payment "
    "salary holiday meeting contract project marketing workshop printer server school sport "
    "club kitchen bathroom roof window car bicycle train flight hotel museum theatre poem essay "
    "biology chemistry physics history geography language grammar exercise drawing sketch model"
).split()
_FORMS = (
    "report notes list overview summary protocol draft version copy form sheet table record log "
    "archive letter receipt statement manual schedule checklist agenda minutes feedback request"
).split()
_NAMES = (
    "Berlin Paris Oslo Schmidt Meyer Rossi Novak Garcia Silva Kim Tanaka Khan Ali Weber".split()
)
_ENDINGS = {
    "Documents": ("pdf", "docx", "odt", "xlsx", "txt", "md"),
    "Downloads": ("pdf", "zip", "csv", "html", "tar.gz"),
    "Desktop": ("txt", "docx"),
    "Pictures": ("jpg", "png"),
    "Music": ("mp3", "flac"),
    "Videos": ("mp4", "mkv"),
}
_SHARES = {"Documents": 40, "Downloads": 12, "Desktop": 1, "Pictures": 35, "Music": 9, "Videos": 3}
_PER_FOLDER = 40
_BEGINNINGS = "b bl br c ch d dr f fl g gr h j k kl l m n p pl pr r s sch st t tr v w z".split()
_VOWELS = "a e i o u ai ea ee ou".split()
_ENDS = ["", "n", "r", "s", "l", "t", "ck", "m", "nd", "rt"]


def _made_up(chance: random.Random) -> str:
    """A word that could be one: names are full of words that nobody else has."""
    return "".join(
        chance.choice(_BEGINNINGS) + chance.choice(_VOWELS) + chance.choice(_ENDS)
        for _ in range(chance.randrange(1, 4))
    )


def _others(count: int) -> Iterator[Target]:
    chance = random.Random(1)
    words = [_made_up(chance) for _ in range(20_000)]
    for root, share in _SHARES.items():
        for number in range(count * share // 100):
            folder = number // _PER_FOLDER
            year = 2005 + folder % 20
            name = _other_name(root, year, words, chance)
            subject, who = _SUBJECTS[folder % len(_SUBJECTS)], _NAMES[folder % len(_NAMES)]
            place = f"{root}/{subject} {year}/{who} {folder}"
            ending = chance.choice(_ENDINGS[root])
            largest_kib = 30 if root in ("Documents", "Desktop") else 4000
            days_ago, size_kib = 1600 + chance.random() * 5000, 1 + chance.randrange(largest_kib)
            yield Target(f"{place}/{number} {name}.{ending}", days_ago, size_kib)


def _other_name(root: str, year: int, words: list[str], chance: random.Random) -> str:
    if root in ("Pictures", "Videos"):
        month, day = chance.randrange(1, 13), chance.randrange(1, 29)
        return f"IMG_{year}{month:02}{day:02}_{chance.randrange(10**6):06}"
    parts = chance.choice(_SUBJECTS), chance.choice(_FORMS), chance.choice(_NAMES)
    return " ".join((*parts[: chance.randrange(1, 4)], chance.choice(words)))


def plant(home: Path, others: int) -> int:
    """Make the tree in ``home``; how many files there are."""
    for root in ROOTS:
        (home / root).mkdir(parents=True, exist_ok=True)
    made: set[str] = set()
    count = 0
    for target in (*_others(others), *TARGETS):
        path = home / target.path
        folder = str(path.parent)
        if folder not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(folder)
        _write(path, target)
        moment = (NOW - timedelta(days=target.days_ago)).timestamp()
        os.utime(path, (moment, moment))
        count += 1
    return count


def _write(path: Path, target: Target) -> None:
    content = _content(path.suffix, target.text) if target.text else b""
    with path.open("wb") as file:
        file.write(content)
        if not target.text:
            file.truncate(target.size_kib * _KIB)


def _content(suffix: str, text: str) -> bytes:
    if suffix == ".pdf":
        return pdf(text)
    if suffix == ".docx":
        return docx(text)
    return text.encode()


def docx(text: str) -> bytes:
    """A word document as far as it is read."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w><p>{text}</p></w>")
    return buffer.getvalue()


def pdf(text: str) -> bytes:
    """A PDF with one line on one page."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)
