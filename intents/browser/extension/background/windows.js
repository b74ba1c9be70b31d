// Windows.

import { api, Fault } from "./api.js";
import { noteClosedWindow, sessionsBefore } from "./closed.js";
import { openWindow } from "./tabs.js";

async function list() {
  const windows = await api.windows.getAll({ populate: true, windowTypes: ["normal", "popup"] });
  return windows.map((each) => ({
    id: each.id,
    focused: each.focused,
    private: each.incognito,
    tabs: each.tabs.length,
  }));
}

async function close({ id }) {
  const window = await api.windows.get(id, { populate: true });
  if (!window.tabs.length) throw new Fault("no_such");
  const before = await sessionsBefore();
  await api.windows.remove(id);
  return [await noteClosedWindow(window, before)];
}

export const windows = { "windows.list": list, "windows.open": openWindow, "windows.close": close };
