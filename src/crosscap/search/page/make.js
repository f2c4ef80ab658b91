// Elements of the page. Text enters as text only: captions and names come from elsewhere and are never read as HTML.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

export function languageName(code) {
  try {
    return names.of(code);
  } catch {
    return code; // not a language code that browsers know
  }
}

export const formatCount = new Intl.NumberFormat("en").format;

export function formatScore(score) {
  return score.toFixed(3).replace("-", "−");
}
