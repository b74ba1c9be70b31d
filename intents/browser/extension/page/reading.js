// Runs in a page, apart from its scripts: what a reader sees of it, without menus and without what
// is hidden. Bounded: it stops at a number of letters, of elements, and of milliseconds.
"use strict";

(() => {
  const MOST_MS = 700;
  const LOADING_MS = 800;
  const MOST_ELEMENTS = 40_000;
  const MOST_PARAGRAPHS = 3000;
  const LEAST_LETTERS = 200;
  const MOST_LANGUAGE = 20;
  const UNREAD = new Set(
    ("SCRIPT STYLE NOSCRIPT TEMPLATE SVG CANVAS VIDEO AUDIO IFRAME OBJECT EMBED SELECT TEXTAREA INPUT " +
      "BUTTON DIALOG MATH").split(" "),
  );
  const BESIDE = new Set(["NAV", "ASIDE", "FOOTER", "FORM", "MENU"]);
  const BESIDE_ROLES = new Set(
    "navigation banner complementary contentinfo search menu menubar toolbar dialog alertdialog".split(" "),
  );
  const BLOCKS = new Set(
    ("ADDRESS ARTICLE BLOCKQUOTE BR DD DIV DL DT FIGCAPTION FIGURE H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN OL " +
      "P PRE SECTION TABLE TBODY THEAD TR UL DETAILS SUMMARY").split(" "),
  );
  const TINY_PX = 4;
  const NEAR = 24; // so far apart are two colours that no eye tells apart

  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);

  /** The colour behind an element; undefined behind a picture, or where nothing is painted. */
  function backdrop(element) {
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.backgroundImage !== "none") return undefined;
      const colour = channels(style.backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
      if (colour.length === 4 && colour[3] > 0) return undefined;
    }
    return [255, 255, 255];
  }

  /** Whether the letters in an element have the colour of what is behind them, or none. */
  function isInvisibleInk(element, style) {
    const ink = channels(style.color);
    if (ink.length === 4 && ink[3] < 0.1) return true;
    const behind = backdrop(element);
    if (!behind || ink.length < 3) return false;
    return [0, 1, 2].every((at) => Math.abs(ink[at] - behind[at]) < NEAR);
  }

  /** Whether an element and all in it is out of sight, whatever is in it. */
  function isHidden(element) {
    if (element.getAttribute("aria-hidden") === "true") return true;
    const seen = { opacityProperty: true, checkOpacity: true, visibilityProperty: false };
    if (!element.checkVisibility(seen)) return getComputedStyle(element).display !== "contents";
    const style = getComputedStyle(element);
    if (style.position === "absolute" || style.position === "fixed") {
      const box = element.getBoundingClientRect();
      const isClipped = style.clip !== "auto" || /inset\(50%|inset\(100%/.test(style.clipPath);
      const isAway = box.right + scrollX <= 0 || box.bottom + scrollY <= 0 || box.left > 20_000;
      if (isClipped || isAway) return true;
    }
    if (style.overflow !== "visible" && style.display !== "inline" && style.display !== "contents") {
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1) return true;
    }
    return /^-\d{3,}/.test(style.textIndent);
  }

  function isBeside(element) {
    const role = element.getAttribute("role");
    return BESIDE.has(element.tagName) || BESIDE_ROLES.has(role);
  }

  const lettersIn = (element) => element.textContent.length;

  function lettersInLinks(element) {
    let sum = 0;
    for (const link of element.getElementsByTagName("a")) sum += lettersIn(link);
    return sum;
  }

  /** The element that most of the paragraphs stand in, links weighing against it. */
  function densest() {
    const scores = new Map();
    const add = (element, points) => element && scores.set(element, (scores.get(element) ?? 0) + points);
    for (const each of [...document.querySelectorAll("p, pre, blockquote")].slice(0, MOST_PARAGRAPHS)) {
      if (each.closest("nav, aside, footer")) continue;
      const points = Math.min(lettersIn(each), 1000);
      if (points < 25) continue;
      add(each.parentElement, points);
      add(each.parentElement?.parentElement, points / 2);
    }
    let best = document.body;
    let most = LEAST_LETTERS;
    for (const [element, points] of scores) {
      const score = points * (1 - lettersInLinks(element) / Math.max(1, lettersIn(element)));
      if (score > most) [best, most] = [element, score];
    }
    return best;
  }

  function shown(selector, within = document) {
    return [...within.querySelectorAll(selector)].filter((each) => !isHidden(each));
  }

  /** The part of the page that is the page: without menus, margins and footers. */
  function mainPart() {
    const [main] = shown("main, [role=main]").filter((each) => lettersIn(each) >= LEAST_LETTERS);
    const articles = shown("article", main ?? document).filter((each) => !each.parentElement?.closest("article"));
    if (articles.length === 1 && lettersIn(articles[0]) >= LEAST_LETTERS) return articles[0];
    return main ?? densest();
  }

  /** What is shown in an element, one after the other: a component shows its own tree. */
  function* childrenOf(element) {
    const given = element.tagName === "SLOT" ? element.assignedNodes() : [];
    if (given.length) {
      yield* given;
      return;
    }
    const holder = element.shadowRoot ?? element;
    for (let child = holder.firstChild; child; child = child.nextSibling) yield child;
  }

  /** The texts that are seen in `root`, line by line. */
  function read(root, most, isWhole) {
    const until = performance.now() + MOST_MS;
    const lines = [];
    const state = { line: "", letters: 0, elements: 0, truncated: false };
    const end = () => {
      const line = state.line.replace(/\s+/g, " ").trim();
      if (line) lines.push(line);
      state.line = "";
    };
    const isOver = () => {
      const late = state.elements % 64 === 0 && performance.now() > until;
      state.truncated ||= state.letters > most || state.elements > MOST_ELEMENTS || late;
      return state.truncated;
    };
    const take = (node, parent) => {
      const text = node.data.length > most ? node.data.slice(0, most + 1) : node.data;
      if (!text.trim()) {
        state.line += " ";
        return;
      }
      const style = getComputedStyle(parent);
      if (style.visibility !== "visible" || parseFloat(style.fontSize) < TINY_PX) return;
      if (isInvisibleInk(parent, style)) return;
      state.line += text;
      state.letters += text.length;
    };
    const enter = (element) => {
      if (UNREAD.has(element.tagName.toUpperCase()) || isHidden(element)) return false;
      return isWhole || element === root || !isBeside(element);
    };
    const walk = (element) => {
      state.elements += 1;
      if (isOver() || !enter(element)) return;
      const isBlock = BLOCKS.has(element.tagName);
      if (isBlock) end();
      for (const child of childrenOf(element)) {
        if (isOver()) break;
        if (child.nodeType === Node.TEXT_NODE) take(child, element);
        else if (child.nodeType === Node.ELEMENT_NODE) walk(child);
      }
      if (isBlock) end();
      else if (element.tagName === "TD" || element.tagName === "TH") state.line += " ";
    };
    walk(root);
    end();
    const text = lines.join("\n");
    return { text: text.slice(0, most), truncated: state.truncated || text.length > most };
  }

  /** Once the page is there, or a moment later what there is of it. */
  function isThere() {
    if (document.readyState !== "loading") return undefined;
    return new Promise((resolve) => {
      document.addEventListener("DOMContentLoaded", resolve, { once: true });
      setTimeout(resolve, LOADING_MS);
    });
  }

  globalThis.voicedPage = {
    isThere,
    mainText(most) {
      if (!document.body) return { text: "", truncated: false, language: "" };
      const language = (document.documentElement.lang || "").slice(0, MOST_LANGUAGE);
      return { language, ...read(mainPart(), most, false) };
    },
    seenText: (most) => read(document.body, most, true),
    mainPart,
    isHidden,
  };
})();
