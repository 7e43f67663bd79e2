// The other engine: a server answers. The facts of the page say which: `server.url`, by default where the page is from, and what it
// takes at `most`; a page of another origin needs a `server.token`.
import { facts, say } from "./words.js";

const EVERY = 1000; // milliseconds between two questions about the place in the queue

// Nothing has to be started; a token in the address has done its work and leaves it.
export async function startServer(tell) {
  if (new URLSearchParams(location.search).has("token")) history.replaceState(null, "", location.pathname);
  tell(1);
}

// Ask one thing of a file: { answer, files }. While it waits for its turn, `tell` hears how many are before it.
export async function askServer(verb, file, language, tell = () => {}) {
  const { most } = facts.server;
  if (file.size > most) throw new Error(say("too_large", { most: most / 2 ** 20 }));
  const bytes = await file.arrayBuffer();
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
  const watch = setInterval(() => tellPlace(id, tell), EVERY);
  try {
    const headers = { "X-File-Name": encodeURIComponent(file.name), "X-Job": id, "Accept-Language": language, "Content-Type": "application/octet-stream" };
    const told = await request(`api/page/${verb}`, { method: "POST", body: bytes, headers });
    return { ...told, files: (told.files ?? []).map(({ name, content }) => ({ name, bytes: decode(content) })) };
  } finally {
    clearInterval(watch);
  }
}

async function request(path, { headers, ...options } = {}) {
  const { url, token } = facts.server;
  const proof = token ? { Authorization: `Bearer ${token}` } : {};
  let answer, told;
  try {
    answer = await fetch(new URL(path, new URL(url ?? "", location.href)), { ...options, headers: { ...headers, ...proof, "X-Xlperf": "1" } });
  } catch {
    throw new Error(say("unreachable", { server: url }));
  }
  const { ok, status } = answer;
  try {
    told = await answer.json();
  } catch {
    told = null;
  }
  if (!ok || !told) throw Object.assign(new Error(told?.detail ?? say("server_failed", { status })), { status });
  return told;
}

async function tellPlace(id, tell) {
  try {
    const { place } = await request(`api/queue/${id}`);
    if (place) tell(say("place", { place }));
  } catch {
    // It is answered already, or will be told why it is not.
  }
}

const decode = (content) => Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
