// What the running assistant hears at this moment: its level, a voice, the push-to-talk key.

import { follow } from "./live.js";

const box = document.querySelector("[data-hears]");
const meter = box?.querySelector("[data-now]");
const signs = { is_speech: "a voice", is_key_down: "the push-to-talk key" };
const state = {};

function show(changed) {
  Object.assign(state, changed);
  box.hidden = state.link !== "here";
  const found = Object.keys(signs).filter((name) => state[name]).map((name) => signs[name]);
  const text = state.mode === "muted" ? "It is muted." : `It notices: ${found.join(", ") || "nothing"}.`;
  const line = box.querySelector("[data-signs]");
  if (line.textContent !== text) line.textContent = text;
}

if (box) {
  follow({
    scene: (scene) => show(scene.state),
    patch: (patch) => { if (patch.state) show(patch.state); },
    level: (level) => {
      meter.value = level;
      meter.textContent = `${level} dBFS`;
    },
  });
}
