// The page: reads its address, asks, shows, and says in the status line what it does.

import { ask, askIndex } from "/page/api.js";
import { compare } from "/page/compare.js";
import { formatCount, languageName, make } from "/page/make.js";
import { closeImage, findByPicture, openImage } from "/page/picture.js";
import { showImages, showTokens } from "/page/show.js";
import { addressOf, FIRST, isMost, nextCount, readState } from "/page/state.js";

const part = (id) => document.getElementById(id);
let index = null;
let state = readState();
let running = new AbortController();
let shown = null; // what is on the page, without the image that is open
const pictures = new Map(); // searched with, by a number that the browser's history keeps

const withoutImage = (some) => ({ ...some, image: null });
const asked = () => `${history.state?.picture ?? ""} ${addressOf(withoutImage(state))}`;
const linkTo = (row) => addressOf({ ...state, image: row });

function go(change, { replace = false } = {}) {
  const onlyImage = Object.keys(change).join() === "image";
  state = { ...state, image: null, ...change };
  history[replace ? "replaceState" : "pushState"](onlyImage ? history.state : null, "", addressOf(state));
  return show();
}

async function show() {
  if (!index) return; // what is asked meanwhile is shown once the index is known
  fillForm();
  if (state.image === null) closeImage();
  else openImage(state.image, () => go({ image: null }));
  if (shown === asked()) return;
  shown = asked();
  const picture = pictures.get(history.state?.picture);
  if (picture) await work((signal) => showLikeness(picture, signal));
  else await work(state.q ? (state.view === "compare" ? showComparison : showSearch) : showStart);
}

// Runs one task at a time: says that it runs, shows what it returns or what went wrong.
async function work(task) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  part("found").setAttribute("aria-busy", "true");
  part("problem").replaceChildren();
  part("status").textContent = state.q ? "Searching …" : "";
  try {
    const children = await task(signal);
    if (!signal.aborted) part("found").replaceChildren(...children);
  } catch (error) {
    if (signal.aborted) return;
    part("found").replaceChildren();
    part("status").textContent = "";
    part("problem").replaceChildren(make("p", {}, error.message), make("button", { type: "button", onclick: () => (index ? work(task) : load()) }, "Try again"));
  }
  if (!signal.aborted) part("found").removeAttribute("aria-busy");
}

async function showSearch(signal) {
  const answer = await ask("search", { q: state.q, lang: state.lang, k: state.k }, { signal });
  const count = answer.hits.length;
  say(`${formatCount(count)} ${count === 1 ? "image" : "images"}, best first, read as ${languageName(answer.language)}${answer.detected ? " (guessed)" : ""}:`, showTokens(answer.tokens, answer.language));
  const warning = answer.tokens.some((token) => token.known) ? [] : [make("p", { class: "hint" }, "The model knows no word of this query, so these images mean little.")];
  const grid = showImages(answer.hits, linkTo, "Images found, best first");
  const more = make("button", { type: "button", class: "more", onclick: () => go({ k: nextCount(state.k) }, { replace: true }) }, "Show more");
  return [...warning, grid, ...(isMost(state.k) || count < state.k ? [] : [more])];
}

async function showComparison(signal) {
  if (index.languages.length < 2) return [make("p", { class: "hint" }, "This index has one language, so there is nothing to compare.")];
  const retype = (language, text) => {
    const typed = { ...state.typed };
    if (text) typed[language] = text;
    else delete typed[language]; // back to the translation
    go({ typed });
  };
  const { element, source, done } = await compare(state, index.languages, { linkTo, retype, signal });
  say(`“${state.q.slice(0, 200)}” (${languageName(source)}) in ${index.languages.length} languages. `, "Each word says how much it pulled an image: what the score would lose without it.");
  done.then(() => element.setAttribute("data-done", ""));
  return [element];
}

async function showStart(signal) {
  const count = Math.min(FIRST, index.images);
  const rows = Array.from({ length: count }, (_, place) => Math.floor((place * index.images) / count));
  say(count ? "Queries to try, and some of the images:" : "This index has no images.");
  const examples = !index.captions ? [] : await Promise.all(index.languages.slice(0, 6).map(async (lang, place) => {
    const found = await ask(`images/${rows[place % rows.length] ?? 0}/captions`, { lang, k: 1 }, { signal });
    return found.captions[0];
  }));
  const links = examples.filter(Boolean).map(({ text, language }) =>
    make("li", {}, make("a", { href: addressOf({ ...state, q: text, lang: language }), "data-query": text, "data-language": language, lang: language, dir: "auto" }, text)));
  const tries = links.length ? [make("ul", { class: "tries", "aria-label": "Queries to try" }, ...links)] : [];
  return [...tries, showImages(rows.map((row) => ({ row })), linkTo, "Some of the images")];
}

function say(...children) {
  part("status").replaceChildren(...children.flatMap((child) => [child, " "]));
}

function fillForm() {
  part("text").value = state.q;
  part("language").value = index.languages.includes(state.lang) ? state.lang : "";
  document.title = state.q ? `${state.q.slice(0, 80)} – Crosscap` : "Crosscap search";
  for (const link of part("views").children) {
    link.href = addressOf({ ...withoutImage(state), view: link.dataset.view });
    if (link.dataset.view === state.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function searchByPicture(file) {
  pictures.set(pictures.size + 1, file);
  state = { ...state, q: "", image: null, view: "search" };
  history.pushState({ picture: pictures.size }, "", addressOf(state));
  return show();
}

async function showLikeness(file, signal) {
  say("Reading the picture …");
  const found = await findByPicture(file, linkTo, signal);
  say(`Searched by the picture ${file.name}`);
  return found;
}

function listen() {
  const ownClick = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  part("query").addEventListener("submit", (event) => {
    event.preventDefault();
    go({ q: part("text").value.trim(), lang: part("language").value, k: FIRST, typed: {} });
  });
  part("language").addEventListener("change", () => state.q && part("query").requestSubmit());
  part("picture").addEventListener("change", (event) => {
    if (event.target.files[0]) searchByPicture(event.target.files[0]);
    event.target.value = ""; // the same picture can be chosen again
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-row], a[data-view], a[data-query]");
    if (!link || !ownClick(event)) return;
    event.preventDefault();
    const { row, view, query, language } = link.dataset;
    if (row) go({ image: Number(row) });
    else if (view) go({ view });
    else go({ q: query, lang: language });
  });
  addEventListener("popstate", () => { state = readState(); show(); });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === part("text")) part("text").value = "";
    if (event.key === "/" && !event.target.closest("input, select, dialog")) { event.preventDefault(); part("text").focus(); }
  });
}

async function load() {
  await work(async () => {
    index = await askIndex();
    const languages = index.languages.map(languageName).join(", ");
    part("index").textContent = `${formatCount(index.images)} ${index.images === 1 ? "image" : "images"} · ${languages} · ${index.model}`;
    part("language").append(...index.languages.map((code) => make("option", { value: code }, languageName(code))));
    return [];
  });
  const typed = part("text").value;
  const done = show();
  if (typed) part("text").value = typed; // while the index was on its way
  await done;
}

listen();
load();
