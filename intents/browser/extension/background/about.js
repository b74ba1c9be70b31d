// Which browser this is.

import { api } from "./api.js";

/** Its name as its user knows it, and its version. */
export async function aboutBrowser() {
  if (api.runtime.getBrowserInfo) {
    const info = await api.runtime.getBrowserInfo();
    return { browser: info.name, version: info.version };
  }
  const version = /Chrome\/([\d.]+)/.exec(navigator.userAgent)?.[1] ?? "";
  return { browser: await nameOfChromium(), version };
}

async function nameOfChromium() {
  if (await navigator.brave?.isBrave?.()) return "Brave";
  const agent = navigator.userAgent;
  if (/Vivaldi/.test(agent)) return "Vivaldi";
  const brands = (navigator.userAgentData?.brands ?? []).map((each) => each.brand);
  const named = { "Microsoft Edge": "Edge", "Google Chrome": "Chrome", Opera: "Opera" };
  return Object.entries(named).find(([brand]) => brands.includes(brand))?.[1] ?? "Chromium";
}

export function privateAllowed() {
  return api.extension.isAllowedIncognitoAccess();
}
