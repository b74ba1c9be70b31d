"""The English words by which a text shows that it goes on, or that it is whole. Data only."""

from __future__ import annotations

__all__ = [
    "ADVERBS",
    "ANSWERS",
    "ARTICLES",
    "AUXILIARIES",
    "BE",
    "BEFORE_A_VERB",
    "BEFORE_THAT",
    "COMMANDS",
    "CONJUNCTIONS",
    "COURTESIES",
    "DIGITS",
    "DO",
    "HANGING_QUALITIES",
    "HESITATIONS",
    "KINDS",
    "LEAD_INS",
    "LETTERED",
    "LISTING",
    "MODALS",
    "NAMED",
    "NAMING",
    "NEEDS_MORE",
    "NEGATED",
    "NO_ORDER_AFTER",
    "NUMBERED",
    "OPENERS",
    "PARTICLES",
    "PARTICLE_VERBS",
    "PREPOSITIONS",
    "PRONOUNS",
    "QUALITIES",
    "RELATIONAL",
    "SO",
    "SPELLING",
    "STRANDED",
    "SUBJECTS",
    "SUBORDINATE",
    "SYMBOLS",
    "TRANSITIVE",
    "TRANSITIVE_PARTICLES",
    "UNITS",
    "WELL_KNOWN_LETTERS",
    "WH",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.replace("\n", ",").split(",") if line.strip())


HESITATIONS = _phrases("""
    um, umm, uhm, uh, uhh, er, erm, eh, hm, hmm, mm, you know, i mean, let me think,
    let me see, let's see, how do you say, kind of, sort of, by the way, one more thing, okay so,
    wait a
""")
LEAD_INS = _phrases("""
    um, umm, uhm, uh, er, erm, hm, hmm, well, okay, ok, so, hey, oh, ah, and, but, then, please,
    alright, now, actually, yeah, computer, sorry, excuse me, also
""")
COURTESIES = _phrases("""
    please, thanks, thank you, thank you very much, for me, if you can, will you, right now, now,
    again, too, as well, then, okay
""")

ARTICLES = _words("a an the my your our their its every whose")
CONJUNCTIONS = _words(
    "and or but nor because if unless although though while whereas whether than until till"
    " which who except whenever wherever"
)
PREPOSITIONS = _words(
    "of to from for with at about by into onto upon between among against towards toward during"
    " despite without within via per as like near across unlike including regarding versus"
)
PARTICLES = _words("in on")
"""Both prepositions and parts of verbs; "off", "up", "down" nearly always are the latter."""

PARTICLE_VERBS = _words(
    "log logged sign signed come came comes coming go goes going gone hold keep carry get got move"
    " hang check zoom join cut fill sleep stay are is was were be"
)
TRANSITIVE_PARTICLES = _words(
    "turn switch put power plug bring take throw pick turned switched write shut"
)
STRANDED = _phrases("""
    made of, afraid of, tired of, proud of, made from, talking to, talking about, talk about,
    looking for, looking at, look at, waiting for, wait for, asking for, it about, it for,
    it from, it like, it with, it by, it to, it at, it in, it on, that for, that about, that from,
    that like, that to, this about, this for, this from, this like, you from, you with, you at,
    you like, you in, you on, they from, they like, he from, he like, she from, she like, we at,
    we in, come from, comes from, came from, listening to, belong to, belongs to, stand for,
    stands for, look like, looks like, sound like, sounds like, feel like, feels like,
    taste like, happened to, live in, living in, working on, work for, good for, good at,
    thinking about, thinking of, worried about, interested in, used for, written by, paid for
""")
"""A question may end in a preposition after these: "what is it made of"."""

SUBJECTS = _words("i he she we they")
PRONOUNS = SUBJECTS | _words("you it this that there these those")
WH = _words(
    "what who where when why how which what's who's where's when's why's how's what're who're"
    " how're whats"
)
BE = _words("is are was were am")
DO = _words("do does did")
MODALS = _words("will would can could should may might must shall")
NEGATED = _words(
    "don't doesn't didn't can't cannot couldn't won't wouldn't shouldn't isn't aren't wasn't"
    " weren't haven't hasn't hadn't"
)
AUXILIARIES = (
    BE
    | DO
    | MODALS
    | NEGATED
    | _words(
        "be been being have has had i'm you're he's she's it's we're they're that's there's let's"
        " i'll you'll he'll she'll it'll we'll they'll i'd you'd he'd she'd we'd they'd i've"
        " you've we've they've what's who's where's how's here's gonna wanna gotta"
    )
)
ADVERBS = _words(
    "maybe perhaps also just only always never really actually probably still even usually often"
    " already sometimes basically very"
)
"""After a pronoun or an auxiliary they stand before what matters."""

QUALITIES = _words(
    "new old big small good great nice long short whole same different certain other best most main"
    " next double"
)
"""After an article they stand before a noun."""

HANGING_QUALITIES = _words(
    "nearest latest current previous upcoming called named saying says meaning means entire"
)
"""Nothing ends with one of these, but a question that asks for what follows."""

TRANSITIVE = _words(
    "buy get send bring make find tell ask give put take set rename delete remove create add want"
    " wants need needs show remind let use visit wash said told bought multiply turn switch mean"
    " call pay order invite feed water confirm"
)
BEFORE_A_VERB = (
    PRONOUNS
    | MODALS
    | DO
    | _words("to and please not don't didn't i'll we'll i'd nobody somebody everybody let's just")
)
"""After one of these a verb wants its object."""

SO = _words("think hope guess said say believe that do even or suppose much not why")
"""Who says "so" after these has said it all."""

RELATIONAL = _words(
    "capital difference distance population president name price meaning definition author height"
    " length number cause history recipe value size colour color date title rest best biggest"
    " highest largest fastest cup bag bottle glass piece pair couple slice box kind sort kilo"
)
"""Of something, which mostly is told next: "what is the capital"."""

BEFORE_THAT = _words(
    "one ones thing things chance think thought so believe fact such sure reason idea said me hope"
    " wish everything anything all note assume suppose guess feeling except"
)
NAMING = _words("call name title label rename")
NAMED = _words("folder file list note document picture photo album playlist timer alarm it")
"""What is given a name, after one of the verbs before."""

NEEDS_MORE = _phrases("""
    for example, for instance, such as, things like, as follows, the following, at sign,
    as soon, as long, in case, would you mind, do you know, do you remember, do you think,
    i wonder, i was wondering, i'm wondering, i think, i guess, i hope, i thought, i believe,
    like to know, want to know, wanted to know, love to know, please play, please open,
    i suppose, is it possible, what about, how about, what if, i would like, i'd like, i want,
    i need, we need, we want, we'd like, i prefer, i'm looking, tell me when, tell me where,
    tell me what, tell me how, tell me who, not only, more than, less than
""")
OPENERS = (
    r"(tell|remind|give|show|send|let|get|bring|read|play|find|buy|make|ask) (me|us|him|her|them)",
    r"(do|does|did|can|could|would|will|should|shall|may|might|have|has|are|is|was|were|am)"
    r" (i|you|he|she|it|we|they|there|this|that)",
    r"(what|where|when|why|how|who|which \w+|what \w+|how \w+)"
    r" (do|does|did|can|could|would|will|should|have|has|had) (i|you|he|she|it|we|they|\w+)",
    r"(what|when|where|why|how|who)( \w+)? (do|does|did|will|can|has|have) (the|my|your|our) \w+",
    r"(what|how much)('s| is) (\d+|\w+teen|\w+ty|two|three|four|five|six|seven|eight|nine|ten)",
    r"well|so",
    r"(is|are|was|were|does|did|do|has|have) (the|my|your|our|his|her|their) \w+",
    r"(what|where|how)('s| is| are) (the|my|your|our) (new|old|best|biggest|first|last|next)",
    r"(there are|i have|i've got|we have) (one|two|three|four|some|a few|several|a couple of) \w+",
    r"(some|a few|several|two|three) (things|questions|points|reasons|steps)",
    r"(step|point|number|option) (one|two|three|1|2|3)",
    r"the (one|ones|file|person|man|woman|thing|book|song|song) (i|you|he|she|we|they)( \w+)?",
    r"(a|an|the|my|your) \w+ (that|who|which)",
)
"""What the whole text may be (regular expressions) and be only the beginning of something."""

SUBORDINATE = (
    r"(even |only |and |but )?(if|when|whenever|while|because|although|though|unless|since|before"
    r"|after|once|until|as soon as|as long as|every time|each time|in case|by the time|now that"
    r"|so that|the moment|provided|wherever|whatever)",
)
NO_ORDER_AFTER = _words("that i you he she it we they who which to")
"""A verb after one of these is no order: "if you turn"."""

COMMANDS = _words(
    "turn set play stop remind find delete undo open rename call send add make speak say read wake"
    " close take show cancel skip lock unlock switch log tell start write put create move please"
    " give leave hang repeat mute unmute buy go come pause resume continue search look check copy"
    " save print record describe explain translate count spell sing define calculate compare help"
    " keep bring get let's let order book pick lower raise increase decrease dim brighten don't"
    " never forget remember note schedule clear empty shut download install update restart reboot"
    " connect disconnect enable disable activate list do try wait hold be change adjust shuffle"
    " water feed clean order answer reply ask convert summarise summarize google launch view"
)
LISTING = _words(
    "add buy get need bring pack invite order want include send delete list call ingredients"
    " colours colors packed bought take"
)
KINDS = (
    _words(
        "milk egg eggs bread butter cheese apples apple bananas banana oranges lemons limes pears"
        " potatoes tomatoes onions carrots peas beans rice pasta flour sugar salt pepper tea"
        " coffee beer wine water yoghurt yogurt cereal ham fish meat garlic basil lettuce"
        " cucumber cucumbers mushrooms grapes cherries strawberries nuts honey jam oil vinegar"
    ),
    _words("monday tuesday wednesday thursday friday saturday sunday"),
    _words("january february march april may june july august september october november december"),
    _words("red green blue yellow orange purple pink brown black white grey gray"),
    _words("plates cups forks knives spoons glasses bowls shirts socks shoes trousers jackets"),
    _words("mum mom dad anna ben john mary peter paul tom lisa sarah max emma"),
)
"""Two in a row of one kind are a list that goes on."""

SYMBOLS = _words("dot underscore dash hyphen slash backslash capital spelled colon uppercase")
LETTERED = _words("plan vitamin option type grade class size section platform gate b hepatitis")
"""A single letter is whole after these."""

SPELLING = _words(
    "spell spelled spelling letter letters capital underscore password code written double surname"
)
WELL_KNOWN_LETTERS = _words(
    "tv us usd eur gbp uk usa pc dj cd dvd usb pdf am pm id ok ac eu ai bbc cnn gps diy faq hr it"
    " atm wc uv"
)
DIGITS = _words("zero oh o one two three four five six seven eight nine double")
NUMBERED = _words(
    "number code pin dial zip postcode account card reference flight phone extension password"
)
UNITS = _words(
    "second seconds minute minutes hour hours day days week weeks month months year years percent"
    " degrees o'clock pm am euros dollars pounds kilometres miles metres times people"
)

ANSWERS = _phrases("""
    yes, no, yeah, yep, yup, nope, nah, ok, okay, sure, of course, certainly, exactly, correct,
    right, that's right, wrong, true, false, maybe, maybe later, perhaps, probably, absolutely,
    definitely, stop, wait, hold on, hang on, wait a minute, wait a second, one moment, go on,
    go ahead, go back, cancel, never mind, nevermind, forget it, enough, that's enough, that's all,
    that's it, help, help me, quiet, be quiet, shut up, silence, louder, quieter, faster, slower,
    softer, again, once more, repeat, repeat that, say that again, pardon, pardon me, sorry,
    excuse me, next, previous, back, forward, pause, play, resume, continue, mute, unmute, undo,
    redo, volume up, volume down, thank you, thanks, thanks a lot, thank you very much,
    you're welcome, no thanks, no thank you, yes please, no problem, no worries, no way, no idea,
    hello, hi, hey, hi there, hello there, good morning, good evening, good afternoon, good night,
    goodbye, bye, bye bye, see you, see you later, see you tomorrow, not yet, not now, not really,
    not at all, not bad, not quite, of course not, why not, i think so, i don't think so, i hope so,
    i guess so, i hope not, i know, i see, i don't know, i do, i did, i don't, i didn't, i can't,
    i won't, me too, me neither, so do i, all of them, none of them, none, neither, both, either,
    all, everything, nothing, nobody, everybody, today, tomorrow, yesterday, tonight, later,
    whatever, whatever you like, whatever you want, it depends, sounds good, looks good, very good,
    good, great, perfect, nice, cool, wonderful, fine, that's fine, it's fine, all right, alright,
    got it, come on, come in, let's go, how are you, how are you doing, what happened, what's up,
    what's that, what is that, what's this, what is this, what is it, what was that, who is it,
    who's there, who is that, who are you, where am i, where are you, where is it, how much is it,
    what for, where to, since when, so what,
    now what, what else, anything else, says who, log in, log out, sign in, sign out, oh really,
    really, is that so, as always, as usual, same here, how do you do, leave me alone, next song,
    next one, this one, that one, next week, next month, next year, last week, last one, first one,
    at once, right away, straight away, in a minute, on my own, it's over, i'm done, i'm here
""")
"""Whole as they stand, though some end like a beginning."""
