// One image: opened large with the captions found for it, or a picture of one's own that is searched with.

import { ask } from "/page/api.js";
import { make } from "/page/make.js";
import { picture, showCaptions, showImages } from "/page/show.js";

const dialog = document.getElementById("image");

export async function openImage(row, close) {
  const name = make("h2", { id: "name" }, `Image ${row}`);
  const captions = make("div", { "aria-busy": "true" }, "Looking for captions …");
  const button = make("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Close");
  dialog.replaceChildren(make("div", { class: "bar" }, name, button), picture(row, `Image ${row}, large`), captions);
  dialog.onclose = close;
  dialog.onclick = (event) => event.target === dialog && dialog.close(); // beside the dialog
  if (!dialog.open) dialog.showModal();
  try {
    const found = await ask(`images/${row}/captions`, { k: 12 });
    name.textContent = found.image_id;
    const list = [make("h3", {}, "Captions found for it"), showCaptions(found.captions)];
    captions.replaceChildren(...(found.captions.length ? list : []));
  } catch (error) {
    captions.replaceChildren(make("p", { class: "wrong" }, error.message));
  }
  captions.removeAttribute("aria-busy");
}

export function closeImage() {
  dialog.onclose = null;
  if (dialog.open) dialog.close();
}

export async function findByPicture(file, linkTo, signal) {
  const found = await ask("likeness", { k: 21 }, { method: "POST", body: file, headers: { "Content-Type": file.type || "application/octet-stream" }, signal });
  const own = URL.createObjectURL(file);
  const preview = make("img", { src: own, alt: "Your picture", class: "own", onload: () => URL.revokeObjectURL(own) });
  const captions = found.captions.length ? [make("h2", {}, "Captions nearest to it"), showCaptions(found.captions)] : [];
  const grid = showImages(found.hits, linkTo, "Images like your picture, best first");
  return [make("div", { class: "asked" }, preview, make("div", {}, ...captions)), make("h2", {}, "Images nearest to it"), grid];
}
