// Shows what happens now, and lets one act. All text is set as text.

import { follow, use } from "./live.js";

const $ = (id) => document.getElementById(id);

const MODES = { listening: "listening", asleep: "waiting for its name", muted: "muted" };
const LINKS = { gone: "no voiced is running", refused: "voiced does not let us watch", waiting: "" };
const MARKS = {
  ducked: "quieter: you may be speaking",
  resumed: "went on",
  ignored: "went on: no interruption",
  interrupted: "interrupted",
};
const QUIET_DBFS = -60;

let state = {};
let turns = new Map();
let stream = "";
let asked = null;

function made(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function tell(text) {
  $("told").textContent = text;
}

// State

function showState(changed) {
  Object.assign(state, changed);
  const isHere = state.link === "here";
  const mode = isHere ? MODES[state.mode] ?? state.mode : LINKS[state.link];
  if ($("mode").textContent !== mode) {
    $("mode").textContent = mode;
    tell(mode);
  }
  $("mode").dataset.mode = isHere ? state.mode : state.link;
  $("hears").textContent = isHere ? `Hears ${state.hears}.` : state.message || "It is shown as soon as it runs: voiced run";
  const signs = { speech: "is_speech", key: "is_key_down", speaking: "is_speaking", ducked: "is_ducked" };
  for (const [id, name] of Object.entries(signs)) {
    $(id).dataset.is = state[name] ? "on" : "off";
    $(id).ariaHidden = String(!state[name]);
  }
  $("trouble").textContent = state.trouble;
  $("trouble").hidden = !state.trouble;
  $("mute").hidden = state.mode === "muted";
  $("unmute").hidden = state.mode !== "muted";
  for (const id of ["stop", "mute", "unmute"]) $(id).disabled = !isHere;
  $("talk").disabled = !isHere || !stream || state.mode === "muted";
  if (!isHere || state.mode === "muted") showLevel(QUIET_DBFS);
}

function showLevel(dbfs) {
  const share = Math.max(0, Math.min(1, 1 - dbfs / QUIET_DBFS));
  $("bar").style.transform = `scaleX(${share})`;
  $("level").setAttribute("aria-valuenow", dbfs);
  $("level").setAttribute("aria-valuetext", dbfs <= QUIET_DBFS ? "silence" : `${dbfs} decibels`);
}

// Turns

function sentenceOf({ text, heard }) {
  const line = made("p", "sentence");
  line.dir = "auto";
  const words = text.split(/(\s+)/);
  let at = 0;
  for (let count = 0; at < words.length && count < heard; at += 1) if (words[at].trim()) count += 1;
  line.append(made("span", "heard", words.slice(0, at).join("")));
  line.append(document.createTextNode(words.slice(at).join("")));
  return line;
}

function didOf(did) {
  const line = made("p", "did");
  line.append(made("code", "", did.intent));
  for (const [name, value] of did.slots) {
    const slot = made("span", "slot", `${name}: `);
    slot.append(made("bdi", "", value));
    line.append(" ", slot);
  }
  line.append(" ", made("span", "quiet", did.outcome || "..."));
  return line;
}

function howOf(turn) {
  const steps = Object.entries(turn.timing_ms).map(([step, ms]) => `${step.replaceAll("_", " ")} ${Math.round(ms)} ms`);
  return [turn.outcome.replaceAll("_", " "), ...steps].filter(Boolean).join(" · ");
}

function showTurn(turn) {
  let item = turns.get(turn.key);
  if (!item) {
    item = made("li", "turn card");
    item.dataset.key = turn.key;
    turns.set(turn.key, item);
    $("turns").prepend(item);
    $("nothing").hidden = true;
  }
  const said = made("p", turn.is_final ? "said" : "said partial", turn.said || "...");
  said.dir = "auto";
  said.hidden = !turn.said && turn.sentences.length > 0;  // nobody asked for it
  const marks = turn.marks.map(([what, why]) =>
    made("li", `mark ${what}`, why ? `${MARKS[what]} (${why})` : MARKS[what]));
  const list = made("ul", "marks");
  list.append(...marks);
  item.replaceChildren(said, ...turn.did.map(didOf), ...turn.sentences.map(sentenceOf));
  if (marks.length) item.append(list);
  item.append(made("p", "quiet how", howOf(turn)));
}

// The question that waits

function showQuestion(question) {
  asked = question;
  $("question").hidden = !question;
  if (!question) return;
  $("question-text").textContent = question.text;
  $("question-screen").hidden = !question.needs_screen;
  const answers = question.options.length
    ? question.options.map((option, index) => [String(index + 1), option])
    : [["yes", "Yes"]];
  $("answers").replaceChildren(...[...answers, ["no", "No"]].map(([value, text], index) => {
    const button = made("button", index === 0 && !question.options.length ? "main" : "", text);
    button.value = value;
    button.dir = "auto";
    return button;
  }));
  tell(`It asks: ${question.text}`);
}

function showAll(scene) {
  $("turns").replaceChildren();
  turns = new Map();
  $("nothing").hidden = scene.turns.length > 0;
  state = {};
  showState(scene.state);
  scene.turns.forEach(showTurn);
  showQuestion(scene.question);
}

function refuse(error) {
  $("refused").hidden = !error;
  $("refused").textContent = error ? [error.message, error.mend].filter(Boolean).join(". ") : "";
}

// What can be done

$("typing").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value;
  const error = await use("say", { text });
  refuse(error);
  if (!error) $("text").value = "";
});

$("answers").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = event.submitter?.value;
  if (asked && answer) refuse(await use("answer", { id: asked.id, answer }));
});

$("handles").addEventListener("submit", async (event) => {
  event.preventDefault();
  const act = event.submitter?.id;
  if (act && act !== "talk") refuse(await use(act));
});

let isHeld = false;
let down = null;

async function hold(event) {
  event?.preventDefault();
  if (isHeld) return;
  isHeld = true;
  $("talk").classList.add("held");
  down = use("ptt", { action: "down", stream });
  const error = await down;
  refuse(error);
  if (error) isHeld = false;
}

async function letGo() {
  $("talk").classList.remove("held");
  if (!isHeld) return;
  isHeld = false;
  await down;  // else the one might overtake the other
  use("ptt", { action: "up", stream }, { keepalive: true });
}

const talk = $("talk");
talk.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  talk.setPointerCapture(event.pointerId);
  talk.focus();
  hold(event);
});
for (const kind of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) talk.addEventListener(kind, letGo);
talk.addEventListener("keydown", (event) => {
  if (event.key !== " " && event.key !== "Enter") return;
  event.preventDefault();
  if (!event.repeat) hold(event);
});
talk.addEventListener("keyup", (event) => {
  if (event.key === " " || event.key === "Enter") letGo();
});
talk.addEventListener("contextmenu", (event) => event.preventDefault());
document.addEventListener("visibilitychange", letGo);

talk.disabled = true;  // until it can be let go with this page

follow({
  hello: (hello) => {
    stream = hello.stream;
    if (state.link) showState({});
  },
  scene: showAll,
  patch: (patch) => {
    if (patch.state) showState(patch.state);
    if (patch.turn) showTurn(patch.turn);
    if ("question" in patch) showQuestion(patch.question);
  },
  level: showLevel,
  line: (isThere) => {
    document.body.dataset.line = isThere ? "here" : "gone";
    if (!isThere) {
      stream = "";
      $("talk").disabled = true;
      $("mode").textContent = "the page has lost its server";
      $("mode").dataset.mode = "gone";
      $("hears").textContent = "It comes back by itself if it is started again: voiced web";
      tell("The page has lost its server");
    }
  },
});
