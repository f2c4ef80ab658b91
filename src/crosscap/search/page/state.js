// What the page shows is in its address, so that it can be shared and the browser's Back goes back.
// q: the query; lang: its language; view: search or compare; k: how many; image: the row of the image that is open;
// text.de: what was typed for German in the comparison.

export const FIRST = 21; // fills rows of three and of seven
const MOST = 84;

export function readState() {
  const query = new URLSearchParams(location.search);
  const typed = {};
  for (const [name, value] of query) {
    if (name.startsWith("text.")) typed[name.slice(5)] = value;
  }
  return {
    q: query.get("q") ?? "",
    lang: query.get("lang") ?? "",
    view: query.get("view") === "compare" ? "compare" : "search",
    k: Math.min(MOST, Math.max(1, Number.parseInt(query.get("k")) || FIRST)),
    image: /^\d{1,9}$/.test(query.get("image") ?? "") ? Number(query.get("image")) : null,
    typed,
  };
}

export function addressOf(state) {
  const query = new URLSearchParams();
  if (state.q) query.set("q", state.q);
  if (state.lang) query.set("lang", state.lang);
  if (state.view === "compare") query.set("view", "compare");
  if (state.k !== FIRST) query.set("k", state.k);
  if (state.view === "compare") {
    for (const [language, text] of Object.entries(state.typed)) query.set(`text.${language}`, text);
  }
  if (state.image !== null) query.set("image", state.image);
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

export const nextCount = (k) => Math.min(MOST, 2 * k);
export const isMost = (k) => k >= MOST;
