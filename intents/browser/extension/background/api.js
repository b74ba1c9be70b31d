// What both families of browsers call the same, and what the wire calls an error.

export const api = globalThis.browser ?? globalThis.chrome;

/** An error of the wire; `code` is one of those that the client knows. */
export class Fault extends Error {
  constructor(code, message = code) {
    super(message);
    this.code = code;
  }
}

const KNOWN = [
  [/no (tab|window) with id|invalid (tab|window) id|can.t find bookmark|bookmark not found/i, "no_such"],
  [/cannot find a next page|no previous page|invalid session id|session not found/i, "no_such"],
  [/could not find|no matching|was removed/i, "no_such"],
  [/cannot access|missing host permission|cannot be scripted|cannot script|extensions gallery/i, "not_a_page"],
  [/error page|showing error|frame .*(removed|not found)|unsupported scheme/i, "not_a_page"],
  [/incognito|private/i, "private"],
];

/** The code for whatever an operation threw. */
export function codeOf(error) {
  if (error instanceof Fault) return error.code;
  const said = String(error?.message ?? error);
  return KNOWN.find(([pattern]) => pattern.test(said))?.[1] ?? "refused";
}

/** What `promise` gives, or a fault with this code after so many milliseconds. */
export function within(promise, milliseconds, code = "timeout") {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Fault(code)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
