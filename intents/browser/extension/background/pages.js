// What is done in a page: by functions that run there, apart from the page's own scripts.

import { api, Fault } from "./api.js";

const MOST_LETTERS = 200_000;
const MOST_LINKS = 200;

async function inPage(id, name, ...args) {
  const tab = await api.tabs.get(id);
  if (tab.discarded) throw new Fault("not_a_page", "the tab sleeps");
  const run = { target: { tabId: id }, injectImmediately: true }; // some pages never end to load
  await api.scripting.executeScript({ ...run, files: ["page/reading.js", "page/moving.js"] });
  const func = async (what, values) => {
    if (!/html|^application\/xml|^text\//.test(document.contentType)) return { isText: false };
    await globalThis.voicedPage.isThere();
    return { isText: true, found: globalThis.voicedPage[what](...values) };
  };
  const [ran] = await api.scripting.executeScript({ ...run, func, args: [name, args] });
  if (ran.error || !ran.result) throw new Fault("refused", String(ran.error));
  if (!ran.result.isText) throw new Fault("not_a_page", "a picture, a PDF, a film");
  return ran.result.found;
}

async function text({ id, limit }) {
  const found = await inPage(id, "mainText", Math.min(limit, MOST_LETTERS));
  const tab = await api.tabs.get(id);
  return { title: tab.title ?? "", url: tab.url ?? "", ...found };
}

export const pages = {
  "page.text": text,
  "page.find": ({ id, text: words }) => inPage(id, "find", words),
  "page.scroll": ({ id, how }) => inPage(id, "scroll", how),
  "page.links": ({ id, limit }) => inPage(id, "links", Math.min(limit, MOST_LINKS)),
};
