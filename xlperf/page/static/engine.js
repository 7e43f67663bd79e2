// Python in a worker: it is started once, and again if it breaks down; questions are answered one after another.
import { $, facts, say } from "./words.js";

const waiting = new Map();
let worker, ready;
let lastId = 0;
let tellStep = () => {};

// Start Python; `tell` hears how far it is, from 0 to 1. The promise is kept when it is ready.
export function start(tell = tellStep) {
  tellStep = tell;
  const source = $("worker").textContent;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  worker = new Worker(url);
  ready = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => hear(data, resolve, reject);
    worker.onerror = (event) => breakDown(event.message, reject);
  });
  const parts = {};
  for (const part of document.querySelectorAll("script[data-part]")) parts[part.dataset.part] = part.textContent;
  worker.postMessage({ parts });
  return ready;
}

function hear(data, resolve, reject) {
  if ("step" in data) tellStep(data.step);
  else if (data.ready) resolve();
  else if (data.broken) breakDown(data.broken, reject);
  else {
    const { settle, fail } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.fault) fail(new Error(say("fault", { trace: data.fault })));
    else settle(data.told);
  }
}

// What was asked fails, and another Python is started for what comes next, unless none ever started.
function breakDown(reason, reject) {
  reject(new Error(reason));
  worker.terminate();
  const asked = [...waiting.values()];
  waiting.clear();
  for (const { fail } of asked) fail(new Error(say("broke_down", { trace: reason })));
  if (asked.length) start().catch(() => {});
}

// Ask one thing of a file: { answer, files }. A file larger than any that is read is cut, which is told of it all the same.
export async function ask(verb, file, language) {
  await ready;
  const bytes = new Uint8Array(await file.slice(0, facts.most + 1).arrayBuffer());
  const id = ++lastId;
  const told = new Promise((settle, fail) => waiting.set(id, { settle, fail }));
  worker.postMessage({ id, verb, name: file.name, bytes, language }, [bytes.buffer]);
  return told;
}
