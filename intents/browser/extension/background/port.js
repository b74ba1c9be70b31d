// The line to the host: joined, lost, joined again; requests in, answers and news out.

import { aboutBrowser, privateAllowed } from "./about.js";
import { api, codeOf, Fault, within } from "./api.js";
import { lastUsed, profile, runOfBrowser, show } from "./state.js";
import { tellAll, tellNews } from "./watch.js";

const HOST = "voiced.browser";
const CALL_MS = 2500;
const REPLY_BYTES = 4 << 20;
const MOST_AT_ONCE = 32;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const STEADY_MS = 10_000;

let port;
let joining = false;
let operations = {};
let atOnce = 0;
let pauseMs = FIRST_PAUSE_MS;
let timer;

/** What the host may ask for, by name. */
export function offer(all) {
  operations = all;
}

export function isJoined() {
  return port !== undefined;
}

/** Join the host, unless that is done, or will be in a moment. */
export async function joinSoon() {
  if (timer === undefined) await join();
}

/** Join the host, unless that is done. */
export async function join() {
  if (port || joining) return;
  joining = true;
  endPause();
  try {
    const hello = {
      push: "hello",
      ...(await aboutBrowser()),
      run: await runOfBrowser(),
      profile: await profile(),
      private_allowed: await privateAllowed(),
      extension: api.runtime.getManifest().version,
    };
    const opened = api.runtime.connectNative(HOST);
    const since = performance.now();
    opened.onMessage.addListener((message) => answer(opened, message));
    opened.onDisconnect.addListener(() => lost(opened, since));
    opened.postMessage(hello);
    await tellAll((message) => opened.postMessage(message));
    port = opened;
    tell({ push: "used", at_ms: await lastUsed() });
    await show({ joined: true, why: "" });
  } catch (error) {
    later(String(error?.message ?? error));
  } finally {
    joining = false;
  }
}

/** Tell the host which tabs are new or gone. */
export function tellTabs() {
  return tellNews(tell);
}

/** Tell the host what it keeps; nothing where there is none. */
export function tell(message) {
  if (port) send(port, message);
}

function send(to, message) {
  try {
    to.postMessage(message);
  } catch {
    // it was lost in between: onDisconnect says so
  }
}

function lost(from, since) {
  const said = from.error?.message ?? api.runtime.lastError?.message ?? "";
  if (port === from || port === undefined) {
    port = undefined;
    if (performance.now() - since > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
    later(said);
  }
}

function later(why) {
  void show({ joined: false, why });
  endPause();
  timer = setTimeout(() => void join(), pauseMs);
  pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
}

function endPause() {
  clearTimeout(timer);
  timer = undefined;
}

async function answer(from, { id, op, args }) {
  const reply = { id };
  try {
    if (atOnce >= MOST_AT_ONCE) throw new Fault("timeout", "too much at once");
    atOnce += 1;
    try {
      reply.result = (await within(done(op, args ?? {}), CALL_MS)) ?? null;
    } finally {
      atOnce -= 1;
    }
    if (!isSmall(reply)) throw new Fault("too_large");
    await within(tellTabs(), CALL_MS); // the list of tabs is right before the answer comes
  } catch (error) {
    delete reply.result;
    reply.error = { code: codeOf(error), message: String(error?.message ?? error).slice(0, 200) };
  }
  send(from, reply);
  if (!op.startsWith("status.")) void show({ last: { op, failed: reply.error?.code ?? "", at: Date.now() } });
}

async function done(op, args) {
  if (!Object.hasOwn(operations, op)) throw new Fault("refused", "no such operation");
  return await operations[op](args);
}

function isSmall(reply) {
  return new TextEncoder().encode(JSON.stringify(reply)).length < REPLY_BYTES;
}
