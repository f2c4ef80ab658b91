// The server's answers. A question that a newer one has made idle is cancelled.

let key = ""; // changes with the server, so that a browser keeps no images of another index

export async function ask(path, parameters = {}, options = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== "" && item !== null && item !== undefined) query.append(name, item);
    }
  }
  let response;
  try {
    response = await fetch(`/api/${path}?${query}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer. Is it still running?");
  }
  if (response.ok) return response.json();
  if (response.status === 413) throw new Error("The picture is too large; at most 20 MB are taken.");
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.detail || `The server answered with status ${response.status}.`);
}

export async function askIndex() {
  const index = await ask("index");
  key = index.key;
  return index;
}

export function imageAddress(row) {
  return `/api/images/${row}?key=${key}`;
}
