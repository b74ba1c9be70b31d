// Tabs: what they are on the wire, and what can be done with them.

import { api, Fault } from "./api.js";
import { noteClosed, reopened, sessionsBefore } from "./closed.js";

const MOST_TITLE = 500;
const MOST_URL = 2000;

/** A tab as the wire has it. */
export function onWire(tab) {
  return {
    id: tab.id,
    window: tab.windowId,
    index: tab.index,
    title: (tab.title || "").slice(0, MOST_TITLE),
    url: (tab.pendingUrl || tab.url || "").slice(0, MOST_URL),
    active: tab.active,
    pinned: tab.pinned,
    muted: Boolean(tab.mutedInfo?.muted),
    audible: Boolean(tab.audible),
    used_ms: Math.round(tab.lastAccessed || 0),
    private: Boolean(tab.incognito),
  };
}

/** An address that may be opened: a page of the web. */
export function pageUrl(url) {
  if (url === undefined) return undefined;
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    throw new Fault("refused", "no address");
  }
  if (!["http:", "https:"].includes(parsed.protocol)) throw new Fault("refused", "no page of the web");
  return parsed.href;
}

async function raise(windowId) {
  await api.windows.update(windowId, { focused: true });
}

/** The window that a new tab goes to: the last used one that is not private. */
async function usualWindow() {
  const windows = await api.windows.getAll({ windowTypes: ["normal"] });
  const usual = windows.filter((each) => !each.incognito);
  const last = await api.windows.getLastFocused({ windowTypes: ["normal"] }).catch(() => undefined);
  return (usual.find((each) => each.id === last?.id) ?? usual[0])?.id;
}

async function open({ url, window: where, background = false }) {
  const page = pageUrl(url);
  const windowId = where ?? (await usualWindow());
  if (windowId === undefined || windowId === "new") return await openWindow({ url });
  const tab = await api.tabs.create({ windowId, active: !background, ...(page && { url: page }) });
  if (!background) await raise(windowId);
  return onWire(tab);
}

export async function openWindow({ url, private: incognito = false }) {
  const page = pageUrl(url);
  if (incognito && !(await api.extension.isAllowedIncognitoAccess())) throw new Fault("private");
  const made = await api.windows.create({ focused: true, incognito, ...(page && { url: page }) });
  const [tab] = await api.tabs.query({ windowId: made.id });
  return onWire(tab);
}

async function close({ ids }) {
  const tabs = await Promise.all(ids.map((id) => api.tabs.get(id))); // all, or none is closed
  const before = await sessionsBefore();
  await api.tabs.remove(ids);
  return await noteClosed(tabs, before);
}

async function reopen(what) {
  return (await reopened(what)).map(onWire);
}

async function activate({ id }) {
  const tab = await api.tabs.update(id, { active: true });
  await raise(tab.windowId);
  return onWire(tab);
}

async function move({ ids, window: where, index = -1 }) {
  const tabs = await Promise.all(ids.map((id) => api.tabs.get(id)));
  const before = tabs.map((tab) => ({ id: tab.id, window: tab.windowId, index: tab.index }));
  if (where !== "new") {
    await api.windows.get(where);
    await api.tabs.move(ids, { windowId: where, index });
    return before;
  }
  const [first, ...others] = ids;
  const made = await api.windows.create({ tabId: first, incognito: tabs[0].incognito, focused: true });
  if (others.length) await api.tabs.move(others, { windowId: made.id, index: -1 });
  return before;
}

async function set({ ids, pinned, muted }) {
  const tabs = await Promise.all(ids.map((id) => api.tabs.get(id)));
  const wanted = { ...(pinned !== undefined && { pinned }), ...(muted !== undefined && { muted }) };
  for (const id of ids) await api.tabs.update(id, wanted);
  return tabs.map((tab) => ({ id: tab.id, pinned: tab.pinned, muted: Boolean(tab.mutedInfo?.muted) }));
}

async function then(id, action) {
  await api.tabs.get(id);
  await action(id);
  return onWire(await api.tabs.get(id));
}

export const tabs = {
  "tabs.open": open,
  "tabs.close": close,
  "tabs.reopen": reopen,
  "tabs.activate": activate,
  "tabs.move": move,
  "tabs.set": set,
  "tabs.reload": ({ id }) => then(id, () => api.tabs.reload(id)),
  "tabs.back": ({ id }) => then(id, () => api.tabs.goBack(id)),
  "tabs.forward": ({ id }) => then(id, () => api.tabs.goForward(id)),
};
