// Begins here whenever the browser starts or wakes the worker: every listener is set at once.

import { aboutBrowser, privateAllowed } from "./about.js";
import { api } from "./api.js";
import { bookmarks } from "./bookmarks.js";
import { history } from "./history.js";
import { pages } from "./pages.js";
import { isJoined, join, joinSoon, offer, tell, tellTabs } from "./port.js";
import { noteUsed } from "./state.js";
import { tabs } from "./tabs.js";
import { windows } from "./windows.js";

const PAUSE_MS = 80;
const WAKE = "join";
const WAKE_MINUTES = 0.5;

async function ping() {
  const all = await api.tabs.query({});
  return { ...(await aboutBrowser()), private_allowed: await privateAllowed(), tabs: all.length };
}

offer({ "status.ping": ping, ...tabs, ...windows, ...bookmarks, ...history, ...pages });

let isWaiting = false;
let isDirty = false;

/** Tell the host what changed: at once, and then at most every few milliseconds. */
async function changed() {
  if (!isJoined()) return void joinSoon();
  isDirty = true;
  if (isWaiting) return;
  isWaiting = true;
  try {
    while (isDirty && isJoined()) {
      isDirty = false;
      await tellTabs();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    isWaiting = false;
  }
}

for (const event of "onCreated onUpdated onRemoved onActivated onMoved onAttached onDetached onReplaced".split(" ")) {
  api.tabs[event].addListener(() => void changed());
}

async function used() {
  tell({ push: "used", at_ms: await noteUsed() });
}

api.tabs.onActivated.addListener(() => void used());
api.windows.onFocusChanged.addListener((id) => {
  if (id !== api.windows.WINDOW_ID_NONE) void used();
  void changed();
});

api.runtime.onStartup.addListener(() => void join());
api.runtime.onInstalled.addListener(() => void join());
api.alarms.onAlarm.addListener(() => void join());
api.runtime.onMessage.addListener((message) => {
  if (message === "join") void join();
});

api.alarms.create(WAKE, { periodInMinutes: WAKE_MINUTES });
void join();
