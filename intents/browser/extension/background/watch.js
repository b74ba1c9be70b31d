// The open tabs as the host knows them, kept by the browser's events.

import { api } from "./api.js";
import { onWire } from "./tabs.js";

let told = new Map(); // id to the tab as it was told, as JSON

/** The host that knew something is gone. */
export function forget() {
  told = new Map();
}

/** All tabs, for a host that knows none. */
export async function allTabs() {
  told = new Map();
  return (await changes()) ?? { changed: [], removed: [] };
}

/** What is new since the last time, or undefined. */
export async function changes() {
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
  return changed.length || removed.length ? { changed, removed } : undefined;
}
