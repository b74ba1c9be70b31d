"""The plan and its steps, which deed the user asked for, and where a call's values come from."""

from __future__ import annotations

from typing import Annotated, Any

from cases import every

from voiced.planning.judging import Sources, Standing, UserWords, asks_for, is_well_formed, judge
from voiced.planning.plan import MOST_STEPS, Plan, Step
from voiced.plugin import NUMBER, TEXT, Context, Effect, Field, Intent, Reply, intent
from voiced.policy import Trust
from voiced_intents import files, talk
from voiced_intents.files.slot import FILE


@intent(
    "mail.send_mail",
    sentences=[
        "[(please|kindly)] (send|write) [a] mail to {to} [saying {text}]",
        "drop {to} a line",
        "{to} wants a mail",
    ],
    effect=Effect.O1,
    critical=["to"],
)
async def send(
    context: Context,
    to: Annotated[str, TEXT],
    text: Annotated[str | None, TEXT] = None,
    copies: Annotated[int | None, NUMBER] = None,
) -> Reply:
    """Deliver a mail to somebody."""
    return Reply("")


@intent("door.lock", sentences=["lock up"], effect=Effect.W1)
async def lock(context: Context) -> Reply:
    """Lock the door."""
    return Reply("")


# Steps


def test_a_critical_argument_that_the_plan_says_nothing_of_is_surplus() -> None:
    given = {"to": "bob", "text": "hello", "copies": 2}
    assert Step("mail.send", {}).surplus(send, given) == ()  # what must be filled is a hole
    assert Step("door.lock", {}).surplus(lock, given) == ()

    @intent("mail.pass", sentences=["pass it on"], effect=Effect.O1, critical=["to", "copy_to"])
    async def pass_on(
        context: Context,
        to: Annotated[str, TEXT],
        copy_to: Annotated[str | None, TEXT] = None,
        text: Annotated[str | None, TEXT] = None,
    ) -> Reply:
        """Pass a mail on."""
        return Reply("")

    given = {"to": "bob", "copy_to": "eve", "text": "hello"}
    assert Step("mail.pass", {"to": "bob"}).surplus(pass_on, given) == ("copy_to",)
    assert Step("mail.pass", {"copy_to": None}).surplus(pass_on, given) == ()
    assert Step("mail.pass").surplus(pass_on, {**given, "copy_to": None}) == ()


def test_a_step_can_be_ruled_out() -> None:
    one, two = Step("mail.send", {"to": "bob"}), Step("mail.send", {})
    plan = Plan([one, two])
    assert plan.find("mail.send", {"to": "bob"}) is one
    assert plan.find("mail.send", {"to": "bob"}, lambda step: step is not one) is two
    assert plan.find("mail.send", {"to": "bob"}, lambda _: False) is None


@every(
    ("planned", "called", "is_step"),
    [
        ({}, {}, True),
        ({}, {"to": "anna"}, True),
        ({"to": None}, {"to": "anna"}, True),
        ({"to": None}, {}, True),
        ({"to": "anna"}, {"to": "Anna"}, True),
        ({"to": "anna"}, {"to": "anna", "text": "hi"}, True),
        ({"to": "anna"}, {"to": "bob"}, False),
        ({"to": "anna"}, {}, False),
        ({"to": "anna"}, {"to": None}, False),
        ({"to": "anna", "text": "hi"}, {"to": "anna", "text": "ho"}, False),
        ({"copies": 3}, {"copies": 30}, False),
        ({"copies": 3}, {"copies": "three"}, True),
        ({"to": "anna@example.com"}, {"to": "\u00e4nna@example.com"}, False),
        ({"to": ["anna", "bob"]}, {"to": ["anna", "bob", "thief"]}, False),
        ({"to": ["anna", "bob"]}, {"to": ["anna", "bob"]}, True),
    ],
)
def test_a_call_is_a_step_if_it_has_all_that_was_given(
    planned: dict[str, Any], called: dict[str, Any], is_step: bool
) -> None:
    step = Step("mail.send", planned)
    assert step.admits("mail.send", called) is is_step
    assert not step.admits("mail.burn", called)


def test_what_is_given_are_the_arguments_that_are_no_holes() -> None:
    assert Step("x", {"to": "anna", "text": None, "copies": 0}).given == {"to": "anna", "copies": 0}


# The plan


def test_steps_are_kept_in_order_and_used_once() -> None:
    one, other = Step("a"), Step("b")
    plan = Plan([one])
    assert plan.add([other, one])
    assert plan.steps == (one, other, one)
    plan.use(one)
    assert plan.steps == (other, one)
    plan.use(one)
    plan.use(one)
    assert plan.steps == (other,)
    assert plan.find("a", {}) is None


def test_a_frozen_plan_takes_no_more_steps() -> None:
    plan = Plan()
    assert not plan.is_frozen
    plan.freeze()
    assert plan.is_frozen
    assert not plan.add([Step("a")])
    assert plan.steps == ()


def test_a_plan_that_is_too_long_is_not_taken_in_part() -> None:
    plan = Plan()
    assert plan.add([Step("a")] * (MOST_STEPS - 1))
    assert not plan.add([Step("b"), Step("b")])
    assert Step("b") not in plan.steps
    assert plan.add([Step("b")])
    assert len(plan.steps) == MOST_STEPS == 12
    assert len(Plan([Step("a")] * 99).steps) == MOST_STEPS


def test_the_step_that_says_most_is_found_first() -> None:
    hole, exact = Step("a", {"to": None}), Step("a", {"to": "anna"})
    plan = Plan([hole, exact, Step("a")])
    assert plan.find("a", {"to": "anna"}) is exact
    assert plan.find("a", {"to": "bob"}) is hole
    assert plan.find("b", {}) is None


def test_a_copy_of_a_plan_is_its_own() -> None:
    plan = Plan([Step("a")])
    copy = plan.copy()
    plan.use(Step("a"))
    plan.freeze()
    assert (copy.steps, copy.is_frozen) == ((Step("a"),), False)
    assert (plan.copy().steps, plan.copy().is_frozen) == ((), True)


# The deed


@every(
    ("asked", "said", "is_asked"),
    [
        (send, "send anna my love", True),
        (send, "could you be sending something", True),
        (send, "write to anna", True),
        (send, "drop anna a line", True),
        (send, "deliver it", True),
        (send, "mail for anna", False),
        (send, "anna wants a mail", False),
        (send, "please thank her kindly", False),
        (send, "thanks", False),
        (send, "", False),
        (send, "don't send it", False),
        (send, "never ever write to her", False),
        (send, "read it without sending anything", False),
        (send, "no I never meant that you should send it", True),
        (lock, "lock it", True),
        (lock, "the locks", True),
        (lock, "the door", False),
        (files.trash_file, "delete the draft", True),
        (files.trash_file, "deleting the draft", True),
        (files.trash_file, "get that", False),
        (files.trash_file, "find my file in the trash folder", True),
        (files.trash_file, "find my file", False),
        (files.copy_file, "copies of it", True),
        (files.move_file, "moved it", True),
        (files.rename_file, "what is its title", False),
        (talk.undo, "take it back", True),
        (talk.undo, "thanks", False),
        (talk.undo, "what did you undo", True),
    ],
)
def test_the_user_asks_for_a_deed_by_its_verb(asked: Intent, said: str, is_asked: bool) -> None:
    assert asks_for(asked, said) is is_asked


@every(
    ("template", "said", "is_asked"),
    [
        ("[oh] [well] (sing|hum) it", "hum", True),
        ("[oh] [well] (sing|hum) it", "oh well", False),
        ("(a|the) song", "song", False),
        ("((sing|hum) it|whistle)", "whistle", False),
        ("{song} comes", "comes", False),
        ("", "sing", False),
        ("sing{song}", "sing", True),
        ("[[please] do] sing", "sing", False),
    ],
)
def test_a_template_begins_with_its_verb(template: str, said: str, is_asked: bool) -> None:
    made = Intent("x.do", "Do it.", (template,), {}, Effect.W1, (), (), 1.0, lock.function)
    assert asks_for(made, said) is is_asked


# Standing


def test_the_order_of_standings() -> None:
    assert [each.name for each in sorted(Standing)] == ["FREE", "TYPED", "SAID"]


FIELDS = (
    Field("address", "anna@example.com"),
    Field("id", "M-17a"),
    Field("number", "98.70"),
    Field("path", "a/b c.txt"),
)


@every(
    ("value", "standing"),
    [
        ("bob", Standing.SAID),
        ("me", Standing.TYPED),
        ("thief", Standing.FREE),
        ("anna@example.com", Standing.TYPED),
        ("Anna@example.com", Standing.TYPED),
        ("M-17a", Standing.TYPED),
        (" M-17a ", Standing.TYPED),
        ("m-17a", Standing.FREE),
        ("M-17", Standing.FREE),
        (98.7, Standing.TYPED),
        ("98.7", Standing.TYPED),
        (98, Standing.FREE),
        ("a/b c.txt", Standing.TYPED),
        ("b c", Standing.FREE),
        (["bob", "anna@example.com"], Standing.TYPED),
        (["bob", "thief"], Standing.FREE),
        (["bob"], Standing.SAID),
        ([], Standing.FREE),
        ("that one", Standing.FREE),
    ],
)
def test_a_value_stands_as_well_as_its_best_source(value: object, standing: Standing) -> None:
    sources = Sources(UserWords("send bob to me"), FIELDS)
    assert sources.standing(value) is standing


def test_what_points_counts_only_where_it_may() -> None:
    sources = Sources(
        UserWords(""), (), lambda said: Standing.SAID if said == "that one" else Standing.FREE
    )
    assert sources.standing("that one", may_point=True) is Standing.SAID
    assert sources.standing("that one") is Standing.FREE
    assert sources.standing(["that one", "this"], may_point=True) is Standing.FREE
    assert sources.standing(3, may_point=True) is Standing.FREE


def test_what_stands_for_the_users_words_is_as_these() -> None:
    own, kept = (Field("id", "F-3"),), (Field("address", "bob@example.com"),)
    sources = Sources(UserWords("send it"), own=own, kept=kept)
    assert sources.standing("F-3") is Standing.SAID
    assert sources.standing("F-4") is Standing.FREE
    assert sources.standing("Bob@example.com") is Standing.TYPED
    assert sources.standing("bob@example.com", is_planned=True) is Standing.SAID
    assert sources.standing(["F-3", "bob@example.com"], is_planned=True) is Standing.SAID
    assert sources.standing(["F-3", "bob@example.com"]) is Standing.TYPED
    assert sources.standing(["F-3", "eve@example.com"], is_planned=True) is Standing.FREE


# Trust


@every(
    ("said", "arguments", "is_planned", "trust"),
    [
        ("send bob a mail", {"to": "bob"}, False, Trust.USER_SAID),
        ("send bob a mail", {"to": "bob", "text": "anything"}, False, Trust.USER_SAID),
        ("send bob a mail", {"to": "anna@example.com"}, False, Trust.TYPED_EXTERNAL),
        ("send me a mail", {"to": "me"}, False, Trust.TYPED_EXTERNAL),
        ("send bob a mail", {"to": "thief@evil.com"}, False, Trust.FREE_TEXT),
        ("send bob a mail", {"to": "b"}, False, Trust.FREE_TEXT),
        ("send bob a mail", {"to": ["bob", "thief@evil.com"]}, False, Trust.FREE_TEXT),
        ("who is bob", {"to": "bob"}, False, Trust.TYPED_EXTERNAL),
        ("do not send bob a mail", {"to": "bob"}, False, Trust.TYPED_EXTERNAL),
        ("tell me more", {"to": "me"}, False, Trust.FREE_TEXT),
        ("who is it", {"to": "anna@example.com"}, False, Trust.FREE_TEXT),
        ("thanks", {"to": "bob"}, False, Trust.FREE_TEXT),
        ("thanks", {}, False, Trust.FREE_TEXT),
        ("thanks", {"to": None}, False, Trust.FREE_TEXT),
        ("send it", {}, False, Trust.USER_SAID),
        ("send it", {"to": None}, False, Trust.USER_SAID),
        ("thanks", {}, True, Trust.USER_SAID),
        ("thanks", {"to": "anna@example.com"}, True, Trust.TYPED_EXTERNAL),
        ("thanks", {"to": "thief@evil.com"}, True, Trust.FREE_TEXT),
        ("bob", {"to": "bob"}, True, Trust.USER_SAID),
    ],
)
def test_a_call_is_trusted_as_its_critical_arguments_are(
    said: str, arguments: dict[str, Any], is_planned: bool, trust: Trust
) -> None:
    sources = Sources(UserWords(said), FIELDS)
    assert judge(send, arguments, sources, is_planned=is_planned).trust is trust


def test_an_intent_that_names_no_critical_argument_has_only_such() -> None:
    @intent("notes.add", sentences=["note {text}"], effect=Effect.W1)
    async def add(
        context: Context, text: Annotated[str, TEXT], place: Annotated[str | None, TEXT] = None
    ) -> Reply:
        """Note something."""
        return Reply("")

    sources = Sources(UserWords("note milk"))
    assert judge(add, {"text": "milk"}, sources).trust is Trust.USER_SAID
    assert judge(add, {"text": "milk", "place": "moon"}, sources).trust is Trust.FREE_TEXT


def test_an_intent_without_slots_needs_its_verb() -> None:
    assert judge(lock, {}, Sources(UserWords("lock the door"))).trust is Trust.USER_SAID
    assert judge(lock, {}, Sources(UserWords("thanks"))).trust is Trust.FREE_TEXT


@intent(
    "media.back",
    sentences=["[(play|go to)] [the] (previous|last) (song|track) [of {text}] [please]", "go back"],
    effect=Effect.W1,
)
async def back(context: Context, text: Annotated[str | None, TEXT] = None) -> Reply:
    """Jump to the track before."""
    return Reply("")


@every(
    ("said", "trust"),
    [
        ("could I have the last song once more", Trust.USER_SAID),
        ("the previous track was nicer", Trust.USER_SAID),
        ("play that song once more", Trust.FREE_TEXT),
        ("jump to the one before", Trust.USER_SAID),
        ("the last one please", Trust.USER_SAID),
        ("that is nice to hear at last", Trust.TYPED_EXTERNAL),
        ("read me my previous mail", Trust.TYPED_EXTERNAL),
        ("last", Trust.USER_SAID),
        ("not the last song", Trust.FREE_TEXT),
        ("thank you", Trust.FREE_TEXT),
    ],
)
def test_a_deed_without_a_value_needs_more_than_a_verb_that_may_mean_something_else(
    said: str, trust: Trust
) -> None:
    assert judge(back, {}, Sources(UserWords(said))).trust is trust
    assert judge(back, {"text": None}, Sources(UserWords(said))).trust is trust
    assert judge(back, {}, Sources(UserWords("hm")), is_planned=True).trust is Trust.USER_SAID


def test_only_a_slot_that_holds_things_takes_what_points_at_one() -> None:
    def pointed(_: str) -> Standing:
        return Standing.SAID

    sources = Sources(UserWords("delete the draft, send it"), (), pointed)
    assert hasattr(FILE, "from_entity")
    assert judge(files.trash_file, {"file": "<pdf:1>"}, sources).trust is Trust.USER_SAID
    assert judge(send, {"to": "<pdf:1>"}, sources).trust is Trust.FREE_TEXT


@every(
    ("said", "text", "trust"),
    [
        ("send bob a mail", "look at www.evil.com", Trust.TYPED_EXTERNAL),
        ("send bob a mail", "look at evil.com/x.", Trust.TYPED_EXTERNAL),
        ("send bob a mail", "see report.docx at 10.30", Trust.USER_SAID),
        ("send bob a mail with www.good.com in it", "See www.good.com.", Trust.USER_SAID),
        ("send bob a mail with www.good.com", "www.good.com www.evil.com", Trust.TYPED_EXTERNAL),
        ("what does bob say", "look at www.evil.com", Trust.TYPED_EXTERNAL),
        ("thanks", "look at www.evil.com", Trust.FREE_TEXT),
    ],
)
def test_a_link_that_leaves_is_critical_wherever_it_stands(
    said: str, text: str, trust: Trust
) -> None:
    sources = Sources(UserWords(said))
    arguments = {"to": "bob" if "bob" in said else "anna", "text": text}
    found = judge(send, arguments, sources)
    assert found.trust is trust


def test_a_link_that_stays_is_not_critical() -> None:
    @intent("notes.add", sentences=["note {text}"], effect=Effect.W1, critical=["place"])
    async def add(
        context: Context, text: Annotated[str, TEXT], place: Annotated[str, TEXT]
    ) -> Reply:
        """Note something."""
        return Reply("")

    sources = Sources(UserWords("note it in the list"))
    arguments = {"text": "www.evil.com", "place": "list"}
    assert judge(add, arguments, sources).trust is Trust.USER_SAID


@every(
    ("copies", "is_planned", "trust"),
    [
        (7, True, Trust.TYPED_EXTERNAL),
        ("7", True, Trust.TYPED_EXTERNAL),
        (2, True, Trust.USER_SAID),
        (7, False, Trust.FREE_TEXT),
        (2, False, Trust.USER_SAID),
    ],
)
def test_a_number_in_a_planned_hole_may_be_computed(
    copies: object, is_planned: bool, trust: Trust
) -> None:
    @intent("mail.copy", sentences=["copy {copies}"], effect=Effect.W1)
    async def copy(
        context: Context,
        copies: Annotated[float, NUMBER],
        to: Annotated[str | None, TEXT] = None,
    ) -> Reply:
        """Copy a mail."""
        return Reply("")

    sources = Sources(UserWords("copy it two times"))
    found = judge(copy, {"copies": copies}, sources, is_planned=is_planned)
    assert found.trust is trust
    is_typed = trust is Trust.TYPED_EXTERNAL
    assert found.typed == (frozenset({"copies"}) if is_typed else frozenset())
    assert judge(copy, {"to": "7"}, sources, is_planned=is_planned).trust is Trust.FREE_TEXT


def test_only_the_typed_ones_of_a_calls_arguments_are_named() -> None:
    @intent("mail.pass", sentences=["pass {what} to {to}"], effect=Effect.O1)
    async def pass_on(
        context: Context, what: Annotated[str, TEXT], to: Annotated[str, TEXT]
    ) -> Reply:
        """Pass a mail on."""
        return Reply("")

    sources = Sources(UserWords("pass it on to bob"), FIELDS)
    assert judge(pass_on, {"what": "M-17a", "to": "bob"}, sources).typed == {"what"}
    assert judge(pass_on, {"what": "M-17a", "to": "eve"}, sources).typed == frozenset()
    assert judge(pass_on, {"what": "M-17a", "to": "anna@example.com"}, sources).typed == {
        "what",
        "to",
    }


# Typed values


@every(
    ("kind", "value", "is_one"),
    [
        ("id", "M-17", True),
        ("id", "", False),
        ("id", "delete all", False),
        ("id", "x" * 200, True),
        ("id", "x" * 201, False),
        ("id", "a\nb", False),
        ("address", "anna@example.com", True),
        ("address", "anna @example.com", False),
        ("address", "x" * 255, False),
        ("date", "2024-05-15T10:00+02:00", True),
        ("date", "2024-05-15 10:00", True),
        ("date", "tomorrow", False),
        ("date", "1" * 41, False),
        ("number", "-98.70", True),
        ("number", "1,200", True),
        ("number", "three", False),
        ("number", "", False),
        ("url", "https://example.com/?a=b", True),
        ("url", "https://example.com/ and more", False),
        ("path", "/home/anna/a b.txt", True),
        ("path", "a\nb", False),
        ("path", "x" * 4097, False),
        ("other", "x", False),
    ],
)
def test_a_typed_value_is_what_its_kind_says(kind: Any, value: str, is_one: bool) -> None:
    assert is_well_formed(Field(kind, value)) is is_one
