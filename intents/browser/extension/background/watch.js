// The open tabs as the host knows them, kept by the browser's events.

import { api } from "./api.js";
import { onWire } from "./tabs.js";

let told = new Map(); // id to the tab as it was told, as JSON
let last = Promise.resolve();

/** Tell all tabs to a host that knows none. */
export function tellAll(tell) {
  return inTurn(async () => {
    told = new Map();
    tell({ push: "tabs", all: true, ...(await changes()) });
  });
}

/** Tell what is new since the last time, if anything is. */
export function tellNews(tell) {
  return inTurn(async () => {
    const found = await changes();
    if (found.changed.length || found.removed.length) tell({ push: "tabs", ...found });
  });
}

/** One after the other, so that the newest is told last. */
function inTurn(work) {
  last = last.then(work, work);
  return last;
}

async function changes() {
  const tabs = (await api.tabs.query({})).filter((tab) => tab.id >= 0).map(onWire);
  const changed = tabs.filter((tab) => {
    const json = JSON.stringify(tab);
    const isNew = told.get(tab.id) !== json;
    told.set(tab.id, json);
    return isNew;
  });
  const open = new Set(tabs.map((tab) => tab.id));
  const removed = [...told.keys()].filter((id) => !open.has(id));
  for (const id of removed) told.delete(id);
  return { changed, removed };
}
