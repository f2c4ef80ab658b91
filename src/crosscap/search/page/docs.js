// The server's OpenAPI document as a page: each question with what it takes.

import { make } from "/page/make.js";

const { paths } = await (await fetch("/openapi.json")).json();

function showQuestion(path, method, question) {
  const terms = (question.parameters ?? []).flatMap(({ name, required, schema, description }) => [
    make("dt", {}, make("code", {}, name)),
    make("dd", {}, [description ?? schema.description, required ? "needed" : null, limits(schema)].filter(Boolean).join("; ")),
  ]);
  if (question.requestBody) terms.push(make("dt", {}, "body"), make("dd", {}, Object.keys(question.requestBody.content).join(" or ")));
  return make("article", {},
    make("h2", {}, make("code", {}, `${method.toUpperCase()} ${path}`)),
    make("p", {}, question.description ?? question.summary),
    make("dl", {}, ...terms));
}

function limits(schema) {
  const said = [];
  if (schema.minimum !== undefined && schema.maximum !== undefined) said.push(`${schema.minimum} to ${schema.maximum}`);
  if (schema.maxLength !== undefined) said.push(`at most ${schema.maxLength} characters`);
  if (schema.default !== undefined) said.push(`${schema.default} unless told`);
  return said.join(", ");
}

const questions = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, question]) => showQuestion(path, method, question)));
const place = document.getElementById("questions");
place.replaceChildren(...questions);
place.removeAttribute("aria-busy");
