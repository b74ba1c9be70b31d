"""When utterances begin and end, and what interrupts: the rules of the docstring, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from turn_frames import FRAME, RULES, SOUNDS, at, hear

from voiced.turns import (
    BargedIn,
    Outlook,
    OverlapBegan,
    OverlapHeld,
    OverlapPassed,
    PauseMemory,
    Phase,
    Reading,
    Said,
    TurnTaking,
    UtteranceBegan,
    UtteranceEnded,
    UtterancePaused,
    UtteranceReopened,
    UtteranceResumed,
)

CLOSED = Reading(Outlook.CLOSED, is_final=True)


def kinds(heard: list) -> list[type]:
    return [type(decision) for _, decision in heard]


# Rule 1: how an utterance begins


def test_an_utterance_begins_with_its_first_speech_and_ends_after_its_last() -> None:
    assert hear("3. 6# 20.") == [
        (5, UtteranceBegan(at(3))),
        (14, UtterancePaused(at(9))),
        (28, UtteranceEnded(at(9))),
    ]


def test_a_click_is_no_utterance() -> None:
    assert hear("2. 2# 12. # 15. 2# 30.") == []


def test_speech_with_holes_is_one_utterance_from_its_first_frame() -> None:
    assert hear("# . # 2. #") == [(5, UtteranceBegan(at(0)))]


def test_a_doubtful_frame_counts_as_speech_only_after_speech() -> None:
    assert hear("8~") == []
    assert hear("# 2~") == [(2, UtteranceBegan(0))]
    assert hear("3# 5~ 20.")[-1] == (27, UtteranceEnded(at(8)))


def test_what_is_hardly_louder_than_the_room_begins_and_goes_on_as_speech() -> None:
    assert hear("20. 6m 20.")[0] == (22, UtteranceBegan(at(20)))


def test_sound_as_loud_as_the_room_is_no_speech_whatever_the_detector_says() -> None:
    taking = TurnTaking(RULES)
    hear("50.", taking=taking)
    hum = type(SOUNDS["#"])(1.0, SOUNDS["."].level_dbfs)
    for index in range(50, 100):
        assert taking.hear(hum, at(index), at(index + 1), Phase.IDLE) == ()


# Rule 2: pauses, going on, the end


def test_an_utterance_is_paused_after_a_silence_and_goes_on_with_speech() -> None:
    assert hear("6# 8. 6# 20.") == [
        (2, UtteranceBegan(0)),
        (11, UtterancePaused(at(6))),
        (15, UtteranceResumed()),
        (25, UtterancePaused(at(20))),
        (39, UtteranceEnded(at(20))),
    ]


def test_a_click_in_a_pause_does_not_go_on_but_is_waited_for() -> None:
    heard = hear("6# 10. # 25.")
    assert kinds(heard) == [UtteranceBegan, UtterancePaused, UtteranceEnded]
    assert heard[-1] == (25, UtteranceEnded(at(6)))
    late = hear("6# 18. # 25.")  # one frame before the end
    assert kinds(late) == [UtteranceBegan, UtterancePaused, UtteranceEnded]
    assert late[-1][0] == 29


def test_what_goes_on_ends_by_its_own_words_and_not_by_those_before_the_pause() -> None:
    heard = hear("6# 8. 6# 30.", told={12: CLOSED})
    assert heard[-1] == (39, UtteranceEnded(at(20)))


def test_an_utterance_that_is_too_long_is_cut_and_what_follows_is_heard_anew() -> None:
    heard = hear("210#")
    assert heard == [
        (2, UtteranceBegan(0)),
        (199, UtteranceEnded(at(200), "limit")),
        (202, UtteranceBegan(at(200))),
    ]


def test_what_follows_an_utterance_that_was_too_long_is_no_part_of_it() -> None:
    memory = PauseMemory()
    heard = hear("210#", "200i 10p", taking=TurnTaking(RULES, memory))
    assert not [each for each in kinds(heard) if each is UtteranceReopened]
    assert memory.pauses == ()


def test_lost_sound_counts_as_silence() -> None:
    taking = TurnTaking(RULES)
    hear("4#", taking=taking)
    decisions = taking.hear(SOUNDS["."], at(30), at(31), Phase.IDLE)
    assert decisions == (UtterancePaused(at(4)), UtteranceEnded(at(4)))


def test_a_reset_forgets_the_utterance() -> None:
    taking = TurnTaking(RULES)
    assert hear("4#", taking=taking)
    taking.reset()
    assert hear("30.", taking=taking) == []


# Rule 2: how much silence; the table itself is in test_pauses.py


@pytest.mark.parametrize(
    ("reading", "frames", "reason"),
    [
        (Reading(Outlook.UNKNOWN), 20, "silence"),
        (Reading(Outlook.COMPLETE), 14, "silence"),
        (CLOSED, 10, "complete"),
        (Reading(Outlook.OPEN), 60, "patience"),
    ],
)
def test_words_say_how_much_silence_ends_the_utterance(reading, frames, reason) -> None:
    heard = hear("6# 70.", told={8: reading})
    assert heard[-1] == (5 + frames, UtteranceEnded(at(6), reason))


def test_a_partial_transcript_alone_does_not_end_a_command_early() -> None:
    heard = hear("6# 30.", told={8: Reading(Outlook.CLOSED)})
    assert heard[-1] == (19, UtteranceEnded(at(6)))


def test_words_that_are_read_late_end_the_utterance_at_once() -> None:
    assert hear("6# 30.", told={17: CLOSED})[-1] == (17, UtteranceEnded(at(6), "complete"))


GUESS = ("what", "are")


def test_who_is_guessed_to_go_on_is_not_waited_for_while_the_final_words_are_on_their_way() -> None:
    heard = hear("6# 70.", told={4: Reading(Outlook.OPEN, guess=GUESS)})
    assert heard[-1] == (25, UtteranceEnded(at(6), "silence"))
    final = Reading(Outlook.OPEN, is_final=True)
    heard = hear("6# 70.", told={4: Reading(Outlook.OPEN, guess=GUESS), 20: final})
    assert heard[-1] == (65, UtteranceEnded(at(6), "patience"))


def test_a_guess_is_all_there_is_where_an_utterance_is_too_long_to_be_made_sure() -> None:
    rules = replace(RULES, finalised=5 * FRAME)
    taking = TurnTaking(rules)
    heard = hear("6# 70.", told={4: Reading(Outlook.OPEN, guess=GUESS)}, taking=taking)
    assert heard[1:] == [
        (11, UtterancePaused(at(6), finalises=False)),
        (65, UtteranceEnded(at(6), "patience")),
    ]


def test_a_judgement_moves_the_end_of_the_pause_it_was_made_of() -> None:
    assert hear("6# 30.", told={12: 0.9})[-1] == (19, UtteranceEnded(at(6), "judged"))
    assert hear("6# 70.", told={12: 0.1})[-1] == (45, UtteranceEnded(at(6), "judged"))
    assert hear("6# 8. 6# 30.", told={12: 0.9})[-1] == (39, UtteranceEnded(at(20)))


def test_a_judgement_between_pauses_is_not_listened_to() -> None:
    assert hear("6# 30.", told={4: 0.9, 5: 0.9})[-1] == (25, UtteranceEnded(at(6)))


# Rule 3: reopening

ENDED = "6# 20."
"""Ends after frame 25."""


def test_speech_right_after_the_end_reopens_at_once_while_nothing_is_heard_of_the_answer() -> None:
    heard = hear(f"{ENDED} 5. 8# 20.", "26i 30p")
    assert heard[3] == (35, UtteranceReopened(at(31)))


def test_what_was_reopened_pauses_and_ends_as_any_utterance_but_later() -> None:
    heard = hear(f"{ENDED} 5. 8# 40.", "26i 10p 40i")
    assert heard[3:] == [
        (35, UtteranceReopened(at(31))),
        (44, UtterancePaused(at(39))),
        (71, UtteranceEnded(at(39))),
    ]


def test_a_click_does_not_reopen() -> None:
    assert len(hear(f"{ENDED} 5. 4# 20.", "26i 40p")) == 3


def test_a_turn_is_not_longer_than_an_utterance_may_be_however_often_it_is_reopened() -> None:
    again = "10. 60#"
    heard = hear(f"60# 20. {again} 30. {again} 30. 9#", "80i 16p 90i 16p 90i")
    reopened = [index for index, each in heard if isinstance(each, UtteranceReopened)]
    assert reopened == [94, 194]
    assert (199, UtteranceEnded(at(200), "limit")) in heard


def test_what_has_lasted_too_long_already_is_not_reopened() -> None:
    heard = hear("185# 20. 5. 8#", "205i 30p")
    assert kinds(heard[3:]) == [OverlapBegan, OverlapHeld]


def test_speech_after_the_window_does_not_reopen() -> None:
    heard = hear(f"{ENDED} 36. 8#", "26i 44p")
    assert kinds(heard[3:]) == [OverlapBegan, OverlapHeld]


def test_speech_that_began_within_the_window_reopens_after_it() -> None:
    heard = hear(f"{ENDED} 33. 8#", "26i 50p")
    assert heard[3:] == [(63, UtteranceReopened(at(59)))]


def test_with_an_answer_that_is_heard_speech_reopens_when_it_would_interrupt() -> None:
    words = hear(f"{ENDED} 5. 8#", "26i 40b", told={36: Reading(said=Said.WORDS)})
    assert words[3:] == [
        (32, OverlapBegan(at(31))),
        (36, UtteranceReopened(at(31))),
    ]
    speech = hear(f"{ENDED} 5. 26#", "26i 40b")
    assert speech[3:] == [
        (32, OverlapBegan(at(31))),
        (38, OverlapHeld()),
        (55, UtteranceReopened(at(31))),
    ]


def test_a_correction_reopens_but_stop_interrupts() -> None:
    for said, kind in ((Said.CORRECTION, UtteranceReopened), (Said.STOP, BargedIn)):
        heard = hear(f"{ENDED} 5. 8#", "26i 40b", told={36: Reading(said=said)})
        assert kinds(heard[3:]) == [OverlapBegan, kind]


def test_nothing_reopens_what_has_changed_something() -> None:
    heard = hear(f"{ENDED} 5. 8#", "26i 40r", told={36: Reading(said=Said.WORDS)})
    assert heard[3:] == [(32, OverlapBegan(at(31))), (36, BargedIn(at(31), "words"))]


def test_a_turn_that_is_reopened_in_a_pause_is_paused_again() -> None:
    heard = hear(f"{ENDED} 5. 8# 20.", "26i 21b", told={46: Reading(said=Said.WORDS)})
    assert heard[3:] == [
        (32, OverlapBegan(at(31))),
        (38, OverlapHeld()),
        (44, UtterancePaused(at(39))),
        (46, UtteranceReopened(at(31))),
        (47, UtterancePaused(at(39))),
    ]


def test_a_silence_before_reopening_is_a_pause_of_the_user() -> None:
    memory = PauseMemory()
    hear(f"{ENDED} 5. 8#", "26i 30p", taking=TurnTaking(RULES, memory))
    assert memory.pauses == (at(25),)


# Rule 4: the user's voice over a reply


def test_speech_over_a_reply_is_an_overlap_then_held_then_a_barge_in() -> None:
    assert hear("2. 26# 20.", "27r") == [
        (3, OverlapBegan(at(2))),
        (9, OverlapHeld()),
        (26, BargedIn(at(2), "speech")),
        (33, UtterancePaused(at(28))),
        (47, UtteranceEnded(at(28))),
    ]


@pytest.mark.parametrize("said", [Said.STOP, Said.CORRECTION])
def test_a_stop_word_interrupts_as_soon_as_it_is_read(said) -> None:
    heard = hear("2. 8#", "10r", told={4: Reading(said=said)})
    assert heard == [(3, OverlapBegan(at(2))), (4, BargedIn(at(2), "stop word"))]


def test_words_interrupt_as_soon_as_they_are_read() -> None:
    heard = hear("2. 8#", "10r", told={7: Reading(said=Said.WORDS)})
    assert heard == [(3, OverlapBegan(at(2))), (7, BargedIn(at(2), "words"))]


def test_words_that_are_read_in_the_silence_after_them_interrupt_too() -> None:
    heard = hear("2. 8# 10.", "20r", told={17: Reading(said=Said.WORDS, is_final=True)})
    assert heard[2:] == [(15, UtterancePaused(at(10))), (17, BargedIn(at(2), "words"))]


def test_a_command_over_a_reply_ends_early_like_any_other() -> None:
    reading = Reading(Outlook.CLOSED, Said.WORDS, is_final=True)
    heard = hear("2. 8# 20.", "18r", told={17: reading})
    assert heard[-1] == (19, UtteranceEnded(at(10), "complete"))


def test_a_guess_interrupts_when_its_first_words_have_stood_while_the_speech_went_on() -> None:
    guess = Reading(said=Said.WORDS, guess=("what", "time"))
    heard = hear("2. 30#", "32r", told={9: guess, 12: guess})
    assert heard[-1] == (17, BargedIn(at(2), "words"))


def test_a_guess_that_changes_does_not_interrupt_yet() -> None:
    guesses = [Reading(said=Said.WORDS, guess=(first, "that")) for first in ("undo", "what", "do")]
    heard = hear("2. 24#", "26r", told=dict(zip((6, 13, 20), guesses, strict=True)))
    assert BargedIn not in kinds(heard)
    more = {6: guesses[0], 8: Reading(said=Said.BACKCHANNEL), 10: guesses[0]}
    assert BargedIn not in kinds(hear("2. 15#", "17r", told=more))


def test_in_the_silence_no_guess_is_believed_but_the_final_words_are_waited_for() -> None:
    guess = Reading(said=Said.WORDS, guess=("what", "time"))
    heard = hear("2. 10# 20.", "32r", told={9: guess})
    assert BargedIn not in kinds(heard)
    final = Reading(said=Said.BACKCHANNEL, is_final=True)
    heard = hear("2. 10# 20.", "32r", told={9: guess, 25: final})
    assert heard[-1] == (25, OverlapPassed(at(2), "backchannel"))


def test_backchannels_never_interrupt() -> None:
    said = Reading(said=Said.BACKCHANNEL)
    heard = hear("2. 12# 10.", "24r", told={6: said, 21: Reading(said=said.said, is_final=True)})
    assert heard == [
        (3, OverlapBegan(at(2))),
        (9, OverlapHeld()),
        (19, UtterancePaused(at(14))),
        (21, OverlapPassed(at(2), "backchannel")),
    ]


def test_speech_that_goes_on_and_on_is_no_backchannel_whatever_is_read() -> None:
    heard = hear("2. 80#", "77r", told={6: Reading(said=Said.BACKCHANNEL)})
    assert heard[-1] == (76, BargedIn(at(2), "speech"))


def test_the_replys_own_words_pass_at_once() -> None:
    heard = hear("2. 5?", "8r", told={6: Reading(said=Said.OWN)})
    assert heard == [(3, OverlapBegan(at(2))), (6, OverlapPassed(at(2), "own words"))]


def test_the_replys_own_words_are_the_users_where_nothing_that_we_say_is_in_the_room() -> None:
    heard = hear("2. 8#", "10r", told={7: Reading(said=Said.OWN)})
    assert heard == [(3, OverlapBegan(at(2))), (7, BargedIn(at(2), "words"))]


def test_the_replys_own_words_are_the_users_when_more_was_trusted_than_an_echo_can_be() -> None:
    own = Reading(said=Said.OWN, is_final=True)
    heard = hear("2. 20o 10.", "32r", told={28: own})
    assert heard[-1] == (28, BargedIn(at(2), "words"))
    heard = hear("2. 40o", "42r", told={12: Reading(said=Said.OWN)})
    assert heard[-1] == (21, BargedIn(at(2), "words"))


def test_the_replys_own_words_wait_for_the_end_where_little_was_trusted() -> None:
    told = {12: Reading(said=Said.OWN), 30: Reading(said=Said.OWN, is_final=True)}
    heard = hear("2. 19o 20.", "60r", told=told)
    assert BargedIn not in kinds(heard)
    assert heard[-1] == (30, OverlapPassed(at(2), "own words"))


def test_the_replys_own_words_pass_when_the_trust_in_them_is_lost() -> None:
    heard = hear("2. 15o 10?", "60r", told={12: Reading(said=Said.OWN)})
    assert (17, OverlapPassed(at(2), "own words")) in heard
    assert BargedIn not in kinds(heard)


def test_what_has_no_tone_interrupts_only_when_it_lasts_three_times_as_long() -> None:
    assert BargedIn not in kinds(hear("2. 70c 10.", "82r"))
    assert hear("2. 80c", "77r")[-1] == (76, BargedIn(at(2), "speech"))


def test_a_cough_is_over_at_once() -> None:
    assert hear("2. 5c 20.", "27r") == [
        (3, OverlapBegan(at(2))),
        (9, OverlapHeld()),
        (12, OverlapPassed(at(2), "too short")),
    ]


def test_an_overlap_that_falls_silent_waits_half_a_second_for_its_words() -> None:
    assert hear("2. 8# 40.", "50r") == [
        (3, OverlapBegan(at(2))),
        (9, OverlapHeld()),
        (15, UtterancePaused(at(10))),
        (34, OverlapPassed(at(2), "silence")),
    ]


def test_an_overlap_that_was_long_enough_for_a_word_waits_three_seconds_for_it() -> None:
    assert hear("2. 13# 170.", "190r")[-1] == (164, OverlapPassed(at(2), "silence"))
    words = Reading(Outlook.CLOSED, Said.WORDS, is_final=True)
    assert hear("2. 13# 170.", "190r", told={150: words})[-2:] == [
        (150, BargedIn(at(2), "words")),
        (150, UtteranceEnded(at(15), "complete")),
    ]


def test_what_was_not_trusted_is_not_waited_for_longer() -> None:
    assert hear("2. 13? 170.", "190r")[-1] == (39, OverlapPassed(at(2), "echo"))


def test_a_final_transcript_without_words_ends_the_wait() -> None:
    nothing = Reading(said=Said.NOTHING, is_final=True)
    assert hear("2. 8# 10.", "20r", told={17: nothing})[-1] == (17, OverlapPassed(at(2), "silence"))


def test_an_overlap_goes_on_after_a_short_silence() -> None:
    heard = hear("2. 8# 10. 18#", "50r")
    assert heard[2:] == [
        (15, UtterancePaused(at(10))),
        (21, UtteranceResumed()),
        (36, BargedIn(at(2), "speech")),
    ]


def test_two_coughs_are_no_words() -> None:
    heard = hear("2. 8c 10. 8c 160.", "200r")
    assert BargedIn not in kinds(heard)
    assert heard[-1] == (52 + 125, OverlapPassed(at(2), "silence"))  # they may have been a word


def test_coughs_far_apart_do_not_add_up() -> None:
    heard = hear("8# 40. " * 5, "240r")
    assert BargedIn not in kinds(heard)
    assert kinds(heard).count(OverlapPassed) == 5


def test_a_click_in_the_silence_of_an_overlap_does_not_keep_it() -> None:
    assert hear("2. 8# 20. # 20.", "60r")[-1] == (35, OverlapPassed(at(2), "silence"))


def test_a_murmur_in_the_next_room_is_no_overlap() -> None:
    assert hear("20. 40m", "60r") == []


def test_what_is_no_louder_than_our_own_voice_is_no_overlap() -> None:
    assert hear("20. 40e", "60r") == []


def test_sound_that_may_be_our_own_holds_the_reply_but_does_not_interrupt() -> None:
    heard = hear("2. 30? 30.", "62r", told={6: Reading(said=Said.WORDS)})
    assert heard == [
        (3, OverlapBegan(at(2))),
        (9, OverlapHeld()),
        (37, UtterancePaused(at(32))),
        (56, OverlapPassed(at(2), "echo")),
    ]


def test_sound_that_goes_when_the_reply_is_held_was_our_own() -> None:
    assert hear("2. 12? 40.", "60r")[-1] == (38, OverlapPassed(at(2), "echo"))


def test_speech_counts_once_our_own_voice_must_have_died_away() -> None:
    held, tail = 9, 28  # 550 ms are 27.5 frames
    heard = hear("2. 80?", "70r")
    assert heard[1] == (held, OverlapHeld())
    assert heard[-1] == (held + tail + 25, BargedIn(at(2), "speech"))


def test_a_turn_that_ends_by_itself_leaves_the_overlap_as_the_next_utterance() -> None:
    assert hear("4. 6# 20.", "9r") == [
        (5, OverlapBegan(at(4))),
        (9, OverlapPassed(at(4), is_utterance=True)),
        (9, UtteranceBegan(at(4))),
        (15, UtterancePaused(at(10))),
        (29, UtteranceEnded(at(10))),
    ]


def test_an_overlap_in_a_pause_is_the_next_utterance_and_may_be_over_at_once() -> None:
    heard = hear("4. 8# 30.", "31r")
    assert heard[2:] == [
        (17, UtterancePaused(at(12))),
        (31, OverlapPassed(at(4), is_utterance=True)),
        (31, UtteranceBegan(at(4))),
        (31, UtteranceEnded(at(12))),
    ]


def test_too_little_speech_at_the_end_of_a_reply_is_no_utterance_yet() -> None:
    assert hear("4. 2# 40.", "6r") == [
        (5, OverlapBegan(at(4))),
        (6, OverlapPassed(at(4), "too short")),
    ]
    assert hear("4. 6#", "6r")[1:] == [
        (6, OverlapPassed(at(4), "too short")),
        (6, UtteranceBegan(at(4))),
    ]


def test_nothing_is_learned_of_the_users_pauses_from_an_overlap_that_passes() -> None:
    memory = PauseMemory()
    hear("2. 8c 10. 8c 40.", "70r", taking=TurnTaking(RULES, memory))
    assert memory.pauses == ()


def test_a_reset_forgets_an_overlap_and_the_next_one_begins_anew() -> None:
    taking = TurnTaking(RULES)
    hear("2. 4#", "6r", taking=taking)
    taking.reset()
    assert hear("2. 4#", "6r", taking=taking) == [(3, OverlapBegan(at(2)))]


def test_who_pauses_while_he_speaks_is_remembered_unless_nobody_keeps_it() -> None:
    memory = PauseMemory()
    hear("6# 8. 6# 12. 6# 20.", taking=TurnTaking(RULES, memory))
    assert memory.pauses == (at(8), at(12))


def test_what_is_left_of_our_own_voice_after_a_reply_is_no_utterance() -> None:
    assert hear("10. 8e 20.", "10r") == []


def test_trust_that_is_lost_in_an_overlap_was_never_justified() -> None:
    decisions = hear("5. 5# 4? 20.", "70r", {13: Reading(said=Said.WORDS, is_final=True)})
    assert not [decision for _, decision in decisions if isinstance(decision, BargedIn)]
    assert OverlapPassed(at(5), "echo") in [decision for _, decision in decisions]


def test_doubtful_words_of_a_short_sound_are_a_noise() -> None:
    doubtful = Reading(said=Said.WORDS, is_final=True, is_doubtful=True)
    heard = hear("2. 15# 30.", "47r", told={25: doubtful})
    assert not [each for _, each in heard if isinstance(each, BargedIn)]
    sure = Reading(said=Said.WORDS, is_final=True)
    heard = hear("2. 15# 30.", "47r", told={25: sure})
    assert [each.reason for _, each in heard if isinstance(each, BargedIn)] == ["words"]


def test_a_long_sound_is_more_than_a_noise_however_doubtful_its_words() -> None:
    doubtful = Reading(said=Said.WORDS, is_final=True, is_doubtful=True)
    taking = TurnTaking(replace(RULES, barge_in=200 * FRAME))
    heard = hear("10. 30# 20.", "60r", told={47: doubtful}, taking=taking)
    assert [each.reason for _, each in heard if isinstance(each, BargedIn)] == ["words"]
