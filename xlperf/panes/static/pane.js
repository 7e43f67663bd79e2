// The pane: reads the open workbook, says what was found, leads to the cells, and checks again after edits.
import { ask, start } from "./engine.js";
import { listFindings } from "./findings.js";
import { openHost } from "./host.js";
import { askServer } from "./server.js";
import { $, facts, language, LANGUAGES, offerLanguages, say, speak } from "./words.js";

const NEEDED = ["WebAssembly", "DecompressionStream", "Worker", "BigInt64Array"];
const PAUSE = 1500; // milliseconds without an edit after which the workbook is checked again
let host, engine, paper, timer;
let busy = 0;
let isChecked = false;

const tell = (text) => ($("told").textContent = text);
const setState = (state) => (document.body.dataset.state = state);

// --- who answers ---

// Python in the pane, else the server; where neither can be had, a sentence.
async function chooseEngine() {
  if (NEEDED.every((name) => name in window)) {
    try {
      await start((part) => ($("bar").value = part));
      return inBrowser;
    } catch (error) {
      if (!facts.server) throw new Error(say("start_failed", { reason: error.message }));
    }
  }
  if (!facts.server) throw new Error(say("no_engine"));
  return onServer;
}

const inBrowser = (verb, file) => ask(verb, file, language());

// A server whose page the browser has open, or whose proxy knows the user, needs no token; any other says that it does.
async function onServer(verb, file) {
  try {
    const told = await askServer(verb, file, language(), tell);
    $("ask-token").hidden = true;
    return told;
  } catch (error) {
    if (error.status !== 401) throw error;
    $("ask-token").hidden = false;
    $("token").focus();
    throw new Error(say(facts.server.token ? "wrong_token" : "needs_token"));
  }
}

async function question(verb, bytes, name) {
  busy++;
  setState("busy");
  try {
    const told = await engine(verb, new File([bytes], name));
    if (told.refused) throw new Error(told.refused);
    return told;
  } finally {
    if (!--busy) setState("ready");
  }
}

// --- one workbook ---

async function check() {
  clearTimeout(timer);
  if (busy) return later();
  tell(say("checking", { file: paper?.name ?? "" }));
  try {
    const { name, bytes } = await host.read();
    paper = { name, bytes, answer: await question("check", bytes, name) };
    isChecked = true;
    tell("");
  } catch (error) {
    paper = null;
    tell(error.message);
  }
  show();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

function edited() {
  if (!isChecked) return;
  tell(say("edited"));
  later();
}

function show() {
  $("result").hidden = !paper;
  if (!paper) return;
  const { answer } = paper;
  const { status, unit, year } = answer.result;
  $("sentence").textContent = answer.verdict;
  $("verdict").className = status;
  $("facts").textContent = [unit, year, answer.form].filter(Boolean).join(" · ");
  $("finalize").hidden = status !== "passed";
  listFindings($("findings"), answer, jump);
}

async function jump(number, at) {
  const place = paper.answer.result.findings[number].cells[at];
  const cut = place.lastIndexOf("!");
  try {
    await host.jump(cut < 0 ? place : place.slice(0, cut), cut < 0 ? null : place.slice(cut + 1));
    tell(say("is_there_now", { cell: place }));
  } catch (error) {
    tell(say("no_jump", { cell: place, reason: error.message }));
  }
}

async function finalize() {
  await check();
  if (paper?.answer.result.status !== "passed") return;
  tell(say("making"));
  try {
    tell(await host.keep((await question("finalize", paper.bytes, paper.name)).files));
  } catch (error) {
    tell(error.message);
  }
}

// --- the pane itself ---

async function chooseLanguage(wanted) {
  speak(wanted);
  offerLanguages(chooseLanguage);
  if (isChecked) await check();
}

window.xlperf = {
  // What `xlperf validate --format json` prints of one file, by default of the open workbook; null if that cannot be had.
  async check(bytes, name = "workbook.xlsx") {
    if (bytes) return (await question("check", Uint8Array.from(bytes), name)).result;
    await check();
    return paper?.answer.result ?? null;
  },
};

const VERBS = { check, finalize };

async function main() {
  chooseLanguage(LANGUAGES[0]);
  $("check").addEventListener("click", check);
  $("finalize").addEventListener("click", finalize);
  $("ask-token").addEventListener("submit", (event) => {
    event.preventDefault();
    facts.server.token = $("token").value.trim();
    check();
  });
  try {
    host = await openHost();
    engine = await chooseEngine();
    $("check").disabled = false;
    setState("ready");
    host.listen((verb) => VERBS[verb]?.());
    await host.watch(edited).catch(() => tell(say("no_events")));
  } catch (error) {
    setState("failed");
    tell(error.message);
  }
  $("progress").hidden = true;
}

main();
