// What outlives a sleep of the worker: this run of the browser, and what the small page shows.

import { api } from "./api.js";

/** Names this run of the browser; ids of tabs mean nothing in another one. */
export async function runOfBrowser() {
  return await kept(api.storage.session, "run");
}

/** Names this profile, for ever. */
export async function profile() {
  return await kept(api.storage.local, "profile");
}

async function kept(area, name) {
  const found = (await area.get(name))[name];
  if (found) return found;
  const made = crypto.randomUUID();
  await area.set({ [name]: made });
  return made;
}

/** Note that the user is here now; when that was. */
export async function noteUsed() {
  const used = Date.now();
  await api.storage.session.set({ used });
  return used;
}

/** When the user was here last, as far as that is known; 0 where it is not. */
export async function lastUsed() {
  const { used } = await api.storage.session.get("used");
  if (used) return used;
  const window = await api.windows.getLastFocused().catch(() => undefined);
  return window?.focused ? Date.now() : 0;
}

/** Note something for the small page; it is kept in memory alone, and never what a page holds. */
export async function show(what) {
  await api.storage.session.set(what);
}
