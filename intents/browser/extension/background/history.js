// The history of pages.

import { api } from "./api.js";

const MOST_COUNTED = 100_000;

async function find({ words, since_ms: startTime = 0, until_ms: endTime, limit }) {
  const query = { text: words, startTime, maxResults: limit, ...(endTime && { endTime }) };
  const found = await api.history.search(query);
  return found
    .map((each) => ({
      title: each.title ?? "",
      url: each.url,
      last_ms: Math.round(each.lastVisitTime ?? 0),
      count: each.visitCount ?? 0,
    }))
    .sort((a, b) => b.last_ms - a.last_ms);
}

async function clear({ since_ms: startTime, until_ms: endTime }) {
  const span = { startTime, endTime };
  const found = await api.history.search({ text: "", maxResults: MOST_COUNTED, ...span });
  await api.history.deleteRange(span);
  return found.length;
}

export const history = { "history.find": find, "history.clear": clear };
