// Bookmarks. The list is made once, and anew after a change.

import { api, Fault } from "./api.js";
import { pageUrl } from "./tabs.js";

let made; // {marks, folders}

for (const event of ["onCreated", "onRemoved", "onChanged", "onMoved"]) {
  api.bookmarks[event].addListener(() => {
    made = undefined;
  });
}

async function all() {
  if (made) return made;
  const marks = [];
  const folders = [];
  const walk = (node, folder) => {
    for (const child of node.children ?? []) {
      if (child.url) {
        marks.push({ id: child.id, title: child.title, url: child.url, folder, added: child.dateAdded ?? 0 });
      } else if (child.type !== "separator") {
        if (child.title) folders.push({ id: child.id, title: child.title });
        walk(child, child.title);
      }
    }
  };
  for (const root of await api.bookmarks.getTree()) walk(root, "");
  marks.sort((a, b) => b.added - a.added);
  made = { marks: marks.map(({ added: _, ...mark }) => mark), folders };
  return made;
}

/** Whether all the words are in the title or the address. */
function holds(mark, words) {
  const text = `${mark.title} ${mark.url}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

async function find({ words, limit }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return (await all()).marks.filter((mark) => holds(mark, wanted)).slice(0, limit);
}

async function node(id) {
  const [found] = await api.bookmarks.get(id);
  if (!found?.url) throw new Fault("no_such");
  return found;
}

async function onWire(found) {
  const [folder] = await api.bookmarks.get(found.parentId);
  return { id: found.id, title: found.title, url: found.url, folder: folder?.title ?? "" };
}

async function add({ title, url, folder }) {
  return await onWire(
    await api.bookmarks.create({ title, url: pageUrl(url), ...(folder && { parentId: folder }) }),
  );
}

async function record({ id }) {
  const found = await node(id);
  return { title: found.title, url: found.url, parent: found.parentId, index: found.index };
}

async function remove({ id }) {
  const before = await record({ id });
  await api.bookmarks.remove(id);
  return before;
}

async function restore({ record: { title, url, parent, index } }) {
  const where = await api.bookmarks.getChildren(parent).catch(() => undefined);
  const place = where ? { parentId: parent, index: Math.min(index, where.length) } : {};
  return await onWire(await api.bookmarks.create({ title, url, ...place }));
}

export const bookmarks = {
  "bookmarks.list": async ({ limit }) => (await all()).marks.slice(0, limit),
  "bookmarks.find": find,
  "bookmarks.folders": async () => (await all()).folders,
  "bookmarks.add": add,
  "bookmarks.get": record,
  "bookmarks.remove": remove,
  "bookmarks.restore": restore,
};
