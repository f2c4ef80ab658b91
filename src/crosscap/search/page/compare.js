// The same query in every language, side by side: what it finds in each, and which words pulled which image.

import { ask } from "/page/api.js";
import { formatScore, languageName, make } from "/page/make.js";
import { picture, showTokens } from "/page/show.js";

const SHOWN = 5;
const PULLED_CHARACTERS = 500; // of longer queries the server leaves no words out

export async function compare(state, languages, { linkTo, retype, signal }) {
  const source = state.lang || (await ask("search", { q: state.q, k: 1 }, { signal })).language;
  const columns = languages.map((language) => new Column(language, source, { linkTo, retype, signal }));
  const done = Promise.all(columns.map((column) => column.fill(state))).then(() => markShared(columns));
  return { element: make("div", { class: "columns" }, ...columns.map((column) => column.element)), source, done };
}

class Column {
  constructor(language, source, { linkTo, retype, signal }) {
    Object.assign(this, { language, source, linkTo, signal, hits: [] });
    const id = `text-${language}`;
    this.input = make("input", { id, type: "text", lang: language, dir: "auto", autocomplete: "off", spellcheck: "false" });
    this.origin = make("p", { class: "origin" });
    this.body = make("div", { "aria-busy": "true" }, make("p", { class: "waiting" }, "Searching …"));
    const label = make("label", { for: id, class: "hidden" }, `The query in ${languageName(language)}`);
    const form = make("form", { onsubmit: (event) => { event.preventDefault(); retype(language, this.input.value.trim()); } },
      label, this.input, make("button", { type: "submit" }, "Go"));
    this.element = make("section", { "aria-label": languageName(language) }, make("h2", {}, languageName(language)), form, this.origin, this.body);
  }

  async fill(state) {
    const { language, signal } = this;
    try {
      const text = await this.textOf(state);
      this.input.value ||= text; // what was typed meanwhile stays
      if (!text) return this.end(make("p", { class: "origin" }, "No word of the query has a translation. Type one."));
      const answer = await ask("search", { q: text, lang: language, k: SHOWN }, { signal });
      this.hits = answer.hits;
      this.items = new Map(answer.hits.map((hit) => [hit.row, this.showHit(hit)]));
      const list = make("ol", { class: "pulled", "aria-label": `Images found in ${languageName(language)}, best first` }, ...this.items.values());
      this.end(showTokens(answer.tokens, language), list);
      if (text.length <= PULLED_CHARACTERS) await this.pull(text, answer.tokens);
    } catch (error) {
      if (error.name !== "AbortError") this.end(make("p", { class: "wrong", role: "alert" }, error.message));
    }
    return undefined;
  }

  async textOf(state) {
    const { language, source, signal } = this;
    const typed = state.typed[language];
    const own = language === source;
    this.origin.textContent = typed ? "as typed" : own ? "the query" : `word by word from ${languageName(source)}`;
    if (typed) return typed;
    if (own) return state.q;
    const { text, tokens } = await ask("translation", { q: state.q, source, target: language }, { signal });
    const left = tokens.filter((token) => !token.known).map((token) => token.text);
    if (text && left.length) this.origin.append(", without ", make("span", { lang: source, dir: "auto" }, left.join(" ").slice(0, 200)));
    return text;
  }

  end(...children) {
    this.body.replaceChildren(...children);
    this.body.removeAttribute("aria-busy");
  }

  showHit(hit) {
    const link = make("a", { class: "hit", href: this.linkTo(hit.row), "data-row": hit.row }, picture(hit.row, hit.image_id));
    const about = make("p", { class: "about" }, make("span", { class: "score" }, formatScore(hit.score)));
    return make("li", {}, link, make("div", {}, about));
  }

  async pull(text, tokens) {
    const rows = this.hits.map((hit) => hit.row);
    if (!rows.length) return;
    const { pulls } = await ask("pulls", { q: text, lang: this.language, row: rows }, { signal: this.signal });
    const most = Math.max(...pulls.flat().map(Math.abs)) || 1;
    rows.forEach((row, place) => {
      const words = pulls.map((pulled, word) => showPull(tokens[word], pulled[place], most));
      this.items.get(row).lastElementChild.append(make("ul", { class: "pulls", lang: this.language, "aria-label": "How much each word pulled this image" }, ...words));
    });
  }
}

function showPull(token, pull, most) {
  const strength = Math.round((4 * Math.abs(pull)) / most); // five steps, which the style sheet tints
  const side = strength === 0 ? "none" : pull > 0 ? "to" : "from";
  const number = `${pull > 0 ? "+" : ""}${formatScore(pull)}`;
  return make("li", { class: `${side} by${strength}${token.known ? "" : " unknown"}` }, make("span", { dir: "auto" }, token.text), " ", make("small", {}, number));
}

function markShared(columns) {
  for (const column of columns) {
    for (const hit of column.hits) {
      const others = columns.filter((other) => other !== column && other.hits.some((found) => found.row === hit.row));
      if (!others.length) continue;
      const names = others.map((other) => other.language).join(" ");
      column.items.get(hit.row).querySelector(".about").append(make("span", { class: "shared" }, `also ${names}`));
    }
  }
}
