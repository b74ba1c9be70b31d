"""Any number of further intents, all different, to see how matching grows with them. No bodies."""

from __future__ import annotations

from itertools import product

from voiced.bench.sentences.skills import skills_from
from voiced.plugin import Intent

__all__ = ["further_intents"]

_VERBS = """
activate adjust archive arrange assign attach book calibrate charge chart clean collect compare
configure connect convert count deploy describe design detach dim drain export extract feed fetch
fill filter format heat import inspect install invite label launch lock measure merge monitor
order paint park pause plan polish print process prune pump refill refresh register release
repair replace request reserve reset review rinse rotate scan schedule seal share sharpen sort
stack stream submit sync tag test track translate trim unlock update upload verify warm weigh
""".split()
_NOUNS = """
aquarium battery blender boiler bookcase camera carpet ceiling charger chimney compressor cooler
curtain dashboard desk dishwasher doorbell drill dryer engine fan faucet fence filter fireplace
fountain freezer fridge furnace garage gate generator greenhouse hallway heater humidifier invoice
kettle keyboard lamp laundry lawn ledger letterbox lift locker mattress microwave mirror monitor
mower newsletter orchard oven parcel patio payroll pipeline playlist pond porch portfolio printer
projector pump radiator receipt recorder roof router safe sauna scanner server shutter sink
sprinkler stove studio survey switch telescope television thermostat toaster trailer treadmill
turntable vacuum vase vault ventilator wardrobe washer whiteboard window workshop
""".split()
_TEMPLATES: tuple[tuple[str, dict[str, str]], ...] = (
    ("(please|) {verb} [the|my] {noun}", {}),
    ("{verb} [the|my] {noun} (in|for) {place}", {"place": "place"}),
    ("{verb} [the|my] {noun} to {level} [percent]", {"level": "number"}),
    ("{verb} [the|my] {noun} for {length}", {"length": "duration"}),
    ("{verb} [the|my] {noun} {when}", {"when": "coming_time"}),
    ("{verb} [the|my] {noun} (called|named) {text}", {"text": "text"}),
    ("[can you] {verb} (all|every) {noun}[s] [now]", {}),
    ("{verb} [the|my] {noun} and tell me about {text}", {"text": "text"}),
)
_PLACES = (
    "attic balcony basement bathroom bedroom cellar corridor dining-room east-wing kitchen library "
    "living-room lobby loft nursery office pantry study terrace veranda"
).split()


def further_intents(count: int) -> tuple[Intent, ...]:
    """So many intents of one or two templates, over some 180 words of their own.

    Every third of the intents shares its verb, and every hundredth its noun, with others.
    """
    pairs = list(product(range(len(_NOUNS)), range(len(_VERBS))))
    step = 7919  # a prime: neighbours in the list share neither verb nor noun
    intents: dict[str, object] = {}
    for index in range(count):
        noun, verb = pairs[index * step % len(pairs)]
        body, slots = _TEMPLATES[index % len(_TEMPLATES)]
        other, more = _TEMPLATES[0]
        kinds = [(body, slots)] if body == other else [(body, slots), (other, more)]
        sentences = [_filled(each, _VERBS[verb], _NOUNS[noun]) for each, _ in kinds]
        optional = {name: f"{kind}?" for name, kind in slots.items()}
        intents[f"further.{_VERBS[verb]}_{_NOUNS[noun]}_{index}"] = {
            "sentences": sentences,
            "slots": optional,
        }
    lists = {"place": {"choices": [each.replace("-", " ") for each in _PLACES]}}
    return skills_from({"intents": intents, "lists": lists}).intents


def _filled(template: str, verb: str, noun: str) -> str:
    return template.replace("{verb}", verb).replace("{noun}", noun).replace("(please|) ", "")
