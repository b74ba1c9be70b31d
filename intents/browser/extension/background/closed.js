// What was closed, so that it can come back under the id that it had. Kept in memory alone
// (storage.session), and only for this run of the browser; nothing of private windows.

import { api, Fault } from "./api.js";

const MOST_KEPT = 200;
const PATIENCE_MS = 600;
const PAUSE_MS = 20;
const FILLED_MS = 300;
const EMPTY = /^(about:(blank|newtab|home|privatebrowsing)?|chrome:\/\/(newtab|new-tab-page)\/?|)$/;

/** The sessions that there are: ask before something is closed, to know afterwards what is new. */
export async function sessionsBefore() {
  return new Set((await api.sessions.getRecentlyClosed()).map(sessionOf));
}

const sessionOf = ({ tab, window }) => (tab ?? window).sessionId;

/** The session of each closed tab, "" where it has none; all are noted. */
export async function noteClosed(tabs, before) {
  const wanted = tabs.filter((tab) => !tab.incognito);
  const found = await sessionsOf(wanted, before);
  const notes = wanted.map((tab) => [`tab ${tab.id}`, noteOf(tab, found.get(tab.id))]);
  await keep(notes);
  return tabs.map((tab) => found.get(tab.id) ?? "");
}

/** The same for a whole window. */
export async function noteClosedWindow(window, before) {
  if (window.incognito) return "";
  const tabs = window.tabs;
  const session = (await sessionsOf(tabs, before)).get(tabs[0].id);
  const notes = tabs.map((tab) => noteOf(tab, undefined));
  await keep([[`window ${window.id}`, { session, tabs: notes }]]);
  return session ?? "";
}

/** Bring back what was closed: by ids of tabs or windows, by sessions, or the last. */
export async function reopened({ ids = [], windows = [], sessions = [] }) {
  if (!ids.length && !windows.length && !sessions.length) return await restored(undefined);
  const kept = (await api.storage.session.get("closed")).closed ?? [];
  const notes = new Map(kept);
  const names = [...ids.map((id) => `tab ${id}`), ...windows.map((id) => `window ${id}`)];
  if (names.some((name) => !notes.has(name))) throw new Fault("no_such");
  const back = [];
  for (const name of [...names].reverse()) back.unshift(...(await broughtBack(notes.get(name))));
  for (const session of [...sessions].reverse()) back.unshift(...(await restored(session)));
  const left = kept.filter(([name]) => !names.includes(name));
  await api.storage.session.set({ closed: left });
  return back;
}

function noteOf(tab, session) {
  return { session, url: tab.url, window: tab.windowId, index: tab.index, pinned: tab.pinned };
}

async function keep(notes) {
  const { closed = [] } = await api.storage.session.get("closed");
  await api.storage.session.set({ closed: [...closed, ...notes].slice(-MOST_KEPT) });
}

/** Which session each tab became. The browser notes it a moment after it has closed the tab. */
async function sessionsOf(tabs, before) {
  const until = performance.now() + PATIENCE_MS;
  const worth = tabs.filter((tab) => !EMPTY.test(tab.url)); // of an empty tab nothing is noted
  for (;;) {
    const entries = await api.sessions.getRecentlyClosed();
    const found = matched(worth, entries.filter((each) => !before.has(sessionOf(each))));
    if (found.size === worth.length || performance.now() > until) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function matched(tabs, entries) {
  const free = entries.flatMap(({ tab, window }) =>
    tab
      ? [{ session: tab.sessionId, url: tab.url, index: tab.index, left: 1 }]
      : [{ session: window.sessionId, urls: window.tabs.map((each) => each.url), left: window.tabs.length }],
  );
  const found = new Map();
  for (const tab of tabs.slice().reverse()) {
    const entry = free.find(
      (each) => each.left > 0 && (each.url === tab.url || each.urls?.includes(tab.url)),
    );
    if (!entry) continue;
    entry.left -= 1;
    found.set(tab.id, entry.session);
  }
  return found;
}

async function restored(session) {
  const { tab, window } = await api.sessions.restore(...(session === undefined ? [] : [session]));
  return tab ? [await api.tabs.get(tab.id)] : await api.tabs.query({ windowId: window.id });
}

/** Firefox brings a tab back empty now and then if it was closed a moment ago: then by its address. */
async function filled(tab, note) {
  const until = performance.now() + FILLED_MS;
  while (/^https?:/.test(note.url) && EMPTY.test(tab.pendingUrl || tab.url)) {
    if (performance.now() > until) {
      await api.tabs.update(tab.id, { url: note.url });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    tab = await api.tabs.get(tab.id);
  }
}

/** By its session, with its history; by its address where the browser has forgotten it. */
async function broughtBack(note) {
  if (note.session) {
    try {
      const tabs = await restored(note.session);
      if (note.url) await filled(tabs[0], note);
      return tabs;
    } catch {
      // forgotten: browsers keep the last 25
    }
  }
  if (note.tabs) {
    const made = await api.windows.create({ url: note.tabs.map((each) => each.url) });
    return await api.tabs.query({ windowId: made.id });
  }
  const windowId = await api.windows.get(note.window).then((each) => each.id, () => undefined);
  const place = windowId === undefined ? {} : { windowId, index: note.index };
  return [await api.tabs.create({ url: note.url, pinned: note.pinned, ...place })];
}
