// Runs in a page, apart from its scripts: finding, scrolling, the links of its main part.
"use strict";

(() => {
  const MOST_SEARCHED = 2_000_000;
  const MOST_TITLE = 300;
  const MOST_URL = 2000;
  const OVERLAP = 0.1;

  const plain = (text) => text.replace(/\s+/g, " ").trim().toLowerCase();

  function counted(text, words) {
    let count = 0;
    for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) count += 1;
    return count;
  }

  /** How often it is seen, and whether the next place was marked and scrolled to. */
  function find(said) {
    const words = plain(said);
    if (!words || !document.body) return { count: 0, shown: false, truncated: false };
    const { text, truncated } = globalThis.voicedPage.seenText(MOST_SEARCHED);
    const count = counted(plain(text), words);
    if (!count) return { count, shown: false, truncated };
    const isShown = window.find(said.replace(/\s+/g, " ").trim(), false, false, true, false, false, false);
    if (isShown) getSelection().focusNode?.parentElement?.scrollIntoView({ block: "center", behavior: "instant" });
    return { count, shown: isShown, truncated };
  }

  const room = (element) => element.scrollHeight - element.clientHeight;

  /** What scrolls: the page, or the largest part of it that does. */
  function scroller() {
    const page = document.scrollingElement ?? document.documentElement;
    if (room(page) > 1) return page;
    const parts = [...document.querySelectorAll("main, [role=main], body *")].slice(0, 5000).filter((each) => {
      if (room(each) <= 1) return false;
      return ["auto", "scroll"].includes(getComputedStyle(each).overflowY);
    });
    const area = (each) => each.clientWidth * each.clientHeight;
    return parts.sort((a, b) => area(b) - area(a))[0] ?? page;
  }

  function scroll(how) {
    const part = scroller();
    const step = (part.clientHeight || innerHeight) * (1 - OVERLAP);
    const places = { down: part.scrollTop + step, up: part.scrollTop - step, top: 0, bottom: room(part) };
    part.scrollTo({ top: Math.max(0, Math.min(room(part), places[how] ?? part.scrollTop)), behavior: "instant" });
    return { at: Math.round(part.scrollTop), of: Math.round(room(part)) };
  }

  function titled(link) {
    const heading = link.querySelector("h1, h2, h3, h4, [role=heading]");
    return (heading ?? link).textContent.replace(/\s+/g, " ").trim().slice(0, MOST_TITLE);
  }

  const isHeading = (link) =>
    link.querySelector("h1, h2, h3, h4, [role=heading]") ?? link.closest("h1, h2, h3, h4, [role=heading]");

  /** The links of the main part; where headings are links, as in a list of results, those alone. */
  function links(most) {
    if (!document.body) return [];
    const part = globalThis.voicedPage.mainPart();
    const all = [...part.querySelectorAll("a[href]")].slice(0, 20 * most).filter((link) => {
      const isWeb = ["http:", "https:"].includes(link.protocol);
      const isHere = link.href.split("#")[0] === location.href.split("#")[0];
      const isBeside = link.closest("nav, aside, footer, [role=navigation]");
      return isWeb && !isHere && !isBeside && titled(link) && !globalThis.voicedPage.isHidden(link);
    });
    const headings = all.filter(isHeading);
    const chosen = new Map();
    for (const link of headings.length >= 3 ? headings : all) {
      const url = link.href.slice(0, MOST_URL);
      if (!chosen.has(url)) chosen.set(url, { title: titled(link), url });
    }
    return [...chosen.values()].slice(0, most);
  }

  Object.assign(globalThis.voicedPage, { find, scroll, links });
})();
