// The small page: whether voiced is joined, what it did last, whether it sees private windows.

import { privateAllowed } from "../background/about.js";
import { api } from "../background/api.js";

const DONE = {
  "tabs.open": "opened a tab",
  "tabs.close": "closed tabs",
  "tabs.reopen": "brought back what was closed",
  "tabs.activate": "switched to a tab",
  "tabs.move": "moved tabs",
  "tabs.set": "pinned or muted tabs",
  "tabs.reload": "loaded a page again",
  "tabs.back": "went back",
  "tabs.forward": "went forward",
  "windows.list": "counted windows",
  "windows.open": "opened a window",
  "windows.close": "closed a window",
  "bookmarks.list": "read the bookmarks",
  "bookmarks.find": "looked through the bookmarks",
  "bookmarks.folders": "read the folders of bookmarks",
  "bookmarks.add": "made a bookmark",
  "bookmarks.get": "looked at a bookmark",
  "bookmarks.remove": "removed a bookmark",
  "bookmarks.restore": "brought back a bookmark",
  "history.find": "looked through the history",
  "history.clear": "cleared some of the history",
  "page.text": "read a page",
  "page.find": "searched in a page",
  "page.scroll": "scrolled a page",
  "page.links": "read the links of a page",
};

const byId = (id) => document.getElementById(id);

function showJoined({ joined, why = "" }) {
  const line = byId("joined");
  line.textContent = joined ? "Connected to voiced" : "Not connected to voiced";
  line.className = `state ${joined ? "good" : "bad"}`;
  byId("again").hidden = Boolean(joined);
  const mend = byId("mend");
  mend.hidden = Boolean(joined);
  mend.title = why;
}

function showLast({ last }) {
  if (!last) return;
  const when = new Date(last.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const what = DONE[last.op] ?? "something";
  byId("last").textContent = last.failed ? `${when}: it could not be done (${what})` : `${when}: ${what}`;
}

async function showPrivate() {
  byId("private").textContent = (await privateAllowed())
    ? "voiced sees them, as you allowed"
    : "voiced does not see them; you decide that on the browser's page of extensions";
}

async function refresh() {
  const state = await api.storage.session.get(["joined", "why", "last"]);
  showJoined(state);
  showLast(state);
}

byId("again").addEventListener("click", () => void api.runtime.sendMessage("join"));
api.storage.session.onChanged.addListener(() => void refresh());
await Promise.all([refresh(), showPrivate()]);
