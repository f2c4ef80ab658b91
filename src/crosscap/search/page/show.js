// What was found: grids of images that the arrow keys walk through, the words of a query, captions.

import { imageAddress } from "/page/api.js";
import { formatScore, make } from "/page/make.js";

export function showImages(hits, linkTo, label) {
  const items = hits.map((hit, rank) => {
    const score = hit.score === undefined ? null : make("span", { class: "score" }, formatScore(hit.score));
    const name = `${rank + 1}. ${hit.image_id ?? `image ${hit.row}`}`;
    return make("li", {}, make("a", { class: "hit", href: linkTo(hit.row), "data-row": hit.row }, picture(hit.row, name), score));
  });
  return make("ol", { class: "grid", "aria-label": label, onkeydown: walk }, ...items);
}

export function picture(row, name) {
  const image = make("img", { src: imageAddress(row), alt: name, loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(make("span", { class: "lost" }, `${name}: no picture`)));
  return image;
}

export function showTokens(tokens, language) {
  const words = tokens.slice(0, 200).map((token) =>
    token.known
      ? make("span", { class: "token" }, token.text)
      : make("span", { class: "token unknown", title: "The model does not know this word" },
          token.text, make("span", { class: "hidden" }, " (unknown to the model)")));
  const more = tokens.length > 200 ? ` and ${tokens.length - 200} more` : null;
  return make("span", { class: "tokens", lang: language, dir: "auto" }, ...words.flatMap((word) => [word, " "]), more);
}

export function showCaptions(captions) {
  const items = captions.map((caption) =>
    make("li", {},
      make("span", { class: "code" }, caption.language),
      make("span", { lang: caption.language, dir: "auto" }, caption.text),
      make("span", { class: "score" }, formatScore(caption.score))));
  return make("ol", { class: "captions" }, ...items);
}

function walk(event) {
  const links = [...event.currentTarget.querySelectorAll("a.hit")];
  const here = links.indexOf(event.target.closest("a.hit"));
  const top = (link) => link.getBoundingClientRect().top;
  const columns = Math.max(1, links.filter((link) => top(link) === top(links[0])).length);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const next = { Home: 0, End: links.length - 1 }[event.key] ?? here + (steps[event.key] ?? 0);
  if (here < 0 || next === here || !links[next]) return;
  event.preventDefault();
  links[next].focus();
}
