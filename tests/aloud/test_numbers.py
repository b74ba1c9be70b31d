"""Numbers, dates, times, sums and signs, as a person says them."""

from __future__ import annotations

from cases import every

from voiced.aloud import speakable


@every(
    ("text", "spoken"),
    [
        ("3 files", "three files"),
        ("1,234 files", "one thousand two hundred thirty four files"),
        ("3.14 or .5", "three point one four or zero point five"),
        ("agent 007", "agent zero zero seven"),
        ("1000000", "one million"),
        ("id 5550199", "id five five five zero one nine nine"),
        ("at -5 and +5", "at minus five and plus five"),
        ("10+ of them", "ten plus of them"),
        ("It was 7. Then 8.", "It was seven. Then eight."),
        ("1/2, 2/3 and 3/4 cup", "one half, two thirds and three quarters cup"),
        ("1 1/2 hours, 2½", "one and a half hours, two and a half"),
        ("7/12 and 24/7", "seven slash twelve and twenty four seven"),
        ("pages 3-5 and 10\u201312", "pages three to five and ten to twelve"),
        ("the 1st, 2nd, 21st and 113th", "the first, second, twenty first and one hundred "
         "thirteenth"),
        ("#5, No. 5, Fig. 3, p. 7, § 5", "number five, number five, figure three, page seven, "
         "section five"),
        ("a 5-year-old, a 24-hour day", "a five-year-old, a twenty four-hour day"),
        ("mp3 4K H2O x86_64 3D", "mp3 4K H2O x86_64 3D"),
        ("COVID-19, GPT-4", "COVID-nineteen, GPT-four"),
        ("9" * 40, " ".join(["nine"] * 40)),
    ],
)  # fmt: skip
def test_numbers(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@every(
    ("text", "spoken"),
    [
        ("in 1999", "in nineteen ninety nine"),
        ("since 2026, all", "since twenty twenty six, all"),
        ("I found 2026 files", "I found two thousand twenty six files"),
        ("1500 people", "one thousand five hundred people"),
        ("the 2026 budget", "the twenty twenty six budget"),
        ("in 2024-2026", "in twenty twenty four to twenty twenty six"),
        ("the 1990s, the '80s", "the nineteen nineties, the eighties"),
        ("2026-03-03", "March third, twenty twenty six"),
        ("2026-03-03T19:30:00Z", "March third, twenty twenty six, nineteen thirty UTC"),
        ("3/4/2026", "three slash four slash twenty twenty six"),
        ("13/4/2026", "April thirteenth, twenty twenty six"),
        ("4/13/2026", "April thirteenth, twenty twenty six"),
        ("3.4.2026", "April third, twenty twenty six"),
        ("3 March 2026", "March third, twenty twenty six"),
        ("March 3, 2026, and", "March third, twenty twenty six, and"),
        ("March 3rd", "March third"),
        ("the 3rd of March 2026", "the third of March twenty twenty six"),
        ("Mar. 3 or 4 Sept", "March third or September fourth"),
        ("in March 2026", "in March twenty twenty six"),
        ("May 3 is near", "May third is near"),
    ],
)
def test_dates_and_years(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@every(
    ("text", "spoken"),
    [
        ("19:30", "nineteen thirty"),
        ("It's 5:00.", "It's five o'clock."),
        ("at 07:00 or 19:00", "at seven o'clock or nineteen hundred"),
        ("00:00", "midnight"),
        ("7:05 pm", "seven oh five PM"),
        ("at 5 p.m. tomorrow", "at five PM tomorrow"),
        ("9am-5pm", "nine AM to five PM"),
        ("2:30-4:00", "two thirty to four o'clock"),
        ("10:15:30", "ten fifteen and thirty seconds"),
        ("16:9 and 3:1", "sixteen to nine and three to one"),
    ],
)
def test_times(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@every(
    ("text", "spoken"),
    [
        ("€3.50", "three euros and fifty cents"),
        ("3,50 €", "three euros and fifty cents"),
        ("$1,200.50", "one thousand two hundred dollars and fifty cents"),
        ("$1 or £0.99", "one dollar or ninety nine pence"),
        ("£5m, $1.5 billion", "five million pounds, one point five billion dollars"),
        ("20 EUR, USD 20", "twenty euros, twenty US dollars"),
        ("-$5, $5-10", "minus five dollars, five to ten dollars"),
        ("$5/month", "five dollars per month"),
        ("50%, 3.5 %", "fifty percent, three point five percent"),
        ("50-60%", "fifty to sixty percent"),
        ("5 km or 1 km", "five kilometers or one kilometer"),
        ("20 °C and -5°", "twenty degrees Celsius and minus five degrees"),
        ("3.5 GB at 200 MB/s", "three point five gigabytes at two hundred megabytes per second"),
        ("80 km/h", "eighty kilometers per hour"),
        ("10ms, 2 h 30 min", "ten milliseconds, two hours thirty minutes"),
        ("6 A students", "six A students"),
    ],
)
def test_money_and_measures(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@every(
    ("text", "spoken"),
    [
        ("+49 30 1234567", "plus four nine, three zero, one two three four five six seven"),
        ("(555) 123-4567", "five five five, one two three, four five six seven"),
        ("555-0199", "five five five, zero one nine nine"),
        ("version 3.11.7", "version three point eleven point seven"),
        ("v2.0", "version two point zero"),
        ("Ubuntu 24.04", "Ubuntu twenty four point oh four"),
        ("192.168.0.1", "one hundred ninety two dot one hundred sixty eight dot zero dot one"),
        ("Louis XIV and Henry VIII", "Louis the fourteenth and Henry the eighth"),
        ("Elizabeth II's", "Elizabeth the second's"),
        ("Chapter IV, World War II", "Chapter four, World War two"),
        ("Charles I think", "Charles I think"),
        ("the mix of XL and IV", "the mix of XL and IV"),
    ],
)
def test_codes_and_roman_numerals(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@every(
    ("text", "spoken"),
    [
        ("fruit, e.g. plums, i.e. that", "fruit, for example plums, that is that"),
        ("plums, etc. More", "plums, et cetera. More"),
        ("plums etc. and pears", "plums et cetera and pears"),
        ("Dr. Smith vs. Mr. Jones", "Doctor Smith versus Mister Jones"),
        ("St. John in Main St.", "Saint John in Main Street"),
        ("w/o milk, w/ tea", "without milk, with tea"),
        ("U.S. and Ph.D.", "U.S. and Ph.D."),
        ("2 + 2 = 4", "two plus two equals four"),
        (
            "five is 5*3=15, 5-3=2",
            "five is five times three equals fifteen, five minus three equals two",
        ),
        ("2 * 3 ** 4", "two times three to the power of four"),
        ("x > 5, x <= 3", "x greater than five, x less than or equal to three"),
        (
            "3 x 4, 1920x1080",
            "three times four, one thousand nine hundred twenty by one thousand eighty",
        ),
        ("~5, ±2, 5²", "about five, plus or minus two, five squared"),
        ("R&D", "R and D"),
        ("and/or, TCP/IP, he/she", "and or, TCP IP, he slash she"),
        ("A -> B → C", "A to B to C"),
        ("File > Open", "File, Open"),
        ("C++ and C#", "C++ and C#"),
        ("Monday\u2013Friday", "Monday to Friday"),
    ],
)
def test_abbreviations_and_signs(text: str, spoken: str) -> None:
    assert speakable(text) == spoken
