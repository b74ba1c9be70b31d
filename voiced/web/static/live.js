// The line to the page's own server: events as they happen, each once, also after a gap.
// A page that nobody looks at lets the line go, and takes up where it was when it is seen again.

const PATIENCE_MS = 1000;

let source = null;
let seen = "";
let waiting = 0;
let handlers = {};

function open() {
  if (source || document.hidden) return;
  source = new EventSource(`/live?seen=${encodeURIComponent(seen)}`);
  for (const kind of ["hello", "scene", "patch", "level"]) {
    source.addEventListener(kind, (message) => {
      if (message.lastEventId) seen = message.lastEventId;
      handlers[kind]?.(JSON.parse(message.data), message);
    });
  }
  source.onopen = () => handlers.line?.(true);
  source.onerror = () => {
    handlers.line?.(false);
    close();
    clearTimeout(waiting);
    waiting = setTimeout(open, PATIENCE_MS);
  };
}

function close() {
  source?.close();
  source = null;
}

// Follow what happens: handlers are called with what came, by its kind; `line` with whether the
// server of this page is there.
export function follow(wanted) {
  handlers = wanted;
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
}

// Use a handle; an error as {message, mend}, or null.
export async function use(act, values = {}, options = {}) {
  try {
    const answer = await fetch(`/do/${act}`, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(values),
      ...options,
    });
    if (answer.ok) return null;
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) return answer.json();
    return { message: "This page is closed: open it again with voiced web.", mend: "" };
  } catch {
    return { message: "The page's own server does not answer.", mend: "voiced web" };
  }
}
