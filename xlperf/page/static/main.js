// The page: takes workbooks, shows what was found in each, and hands out what can be taken home.
import { ask, start } from "./engine.js";
import { listFindings } from "./findings.js";
import { askServer, startServer } from "./server.js";
import { openBook, showPlace } from "./sheet.js";
import { $, facts, language, LANGUAGES, make, offerLanguages, say, speak } from "./words.js";

const KINDS = { xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", json: "application/json", docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", html: "text/html" };
const engine = facts.server ? { start: startServer, ask: askServer } : { start, ask };
const papers = []; // what was dropped: { file, answer, failure }
let current = null;
let asked = 0;
let started = false;

// --- state ---

function showState() {
  if (document.body.dataset.state === "failed") return;
  document.body.dataset.state = !started ? "starting" : asked ? "busy" : "ready";
}

const announce = (words) => ($("told").textContent = words);

async function question(verb, file, tell) {
  asked++;
  showState();
  try {
    const told = await engine.ask(verb, file, language(), tell);
    if (told.refused) throw new Error(told.refused);
    return told;
  } finally {
    asked--;
    showState();
  }
}

// --- workbooks ---

async function take(files) {
  const added = [...files].map((file) => ({ file, answer: null, failure: null }));
  if (!added.length) return;
  const names = new Set(added.map(({ file }) => file.name)); // a file that was corrected takes the place of what it was
  papers.splice(0, papers.length, ...papers.filter(({ file }) => !names.has(file.name)), ...added);
  current = added[0];
  show();
  for (const paper of added) await check(paper);
  $("sentence").focus();
}

async function check(paper) {
  paper.answer = paper.failure = null;
  announce(say(started ? "checking" : "waits", { file: paper.file.name }));
  try {
    paper.answer = await question("check", paper.file, announce);
  } catch (error) {
    paper.failure = error.name === "NotReadableError" || error.name === "NotFoundError" ? say("not_readable", { file: paper.file.name }) : error.message;
  }
  announce("");
  show();
}

function show() {
  listPapers();
  $("drop").classList.toggle("small", papers.length > 0);
  $("intro").hidden = $("known").hidden = papers.length > 0;
  const paper = current;
  $("result").hidden = !paper?.answer && !paper?.failure;
  if (!paper || $("result").hidden) return;
  const { answer } = paper;
  $("sentence").textContent = answer ? answer.verdict : say("failed", { file: paper.file.name });
  $("verdict").className = answer ? answer.result.status : "failed";
  $("both").hidden = !answer;
  $("facts").textContent = answer ? factsOf(answer) : paper.failure;
  offer(paper);
  if (!answer) return;
  listFindings($("findings"), answer, (number, at) => jump(paper, number, at));
  openBook(answer, back);
}

function factsOf({ form, result }) {
  const parts = [result.unit, result.year, form && say("form", { form, revision: result.revision }), result.sha256 && `SHA-256 ${result.sha256}`];
  return parts.filter(Boolean).join(" · ");
}

function listPapers() {
  $("files").hidden = papers.length < 2;
  $("files").replaceChildren(make("ul", {}, ...papers.map((paper) => {
    const { answer, failure, file } = paper;
    const status = answer ? answer.result.status : failure ? "failed" : "waiting";
    const words = answer ? answer.verdict : failure ? say("failed", { file: file.name }) : say("in_line", { file: file.name });
    return make("li", {}, make("button", { type: "button", class: status, "aria-current": paper === current ? "true" : null, click: () => {
      current = paper;
      show();
      if (!$("result").hidden) $("sentence").focus();
    } }, words));
  })));
}

// --- from a finding to its cell and back ---

function jump(paper, number, at) {
  const finding = paper.answer.result.findings[number];
  const place = finding.cells[at];
  if (!showPlace(place, finding, number)) announce(say("not_drawn", { cell: place }));
}

function back(number, place) {
  const item = $(`finding-${number}`);
  const buttons = [...item.querySelectorAll("[data-cell]")];
  const button = buttons.find((each) => each.dataset.cell === place && each.offsetParent) ?? item;
  button.focus();
  item.scrollIntoView({ block: "nearest" });
}

// --- what can be taken home ---

function offer(paper) {
  const status = paper.answer?.result.status;
  const buttons = [];
  const add = (key, click) => buttons.push(make("button", { type: "button", "data-verb": key, click }, say(key)));
  const file = (verb, ending) => () => fetchFile(paper, verb, ending);
  if (status === "passed") {
    add("take_final", file("finalize", ".xlsx"));
    add("take_json", file("finalize", ".json"));
    if (facts.report) add("take_report", file("finalize", ".docx"));
  }
  if (status && status !== "unreadable") add("take_marked", file("annotate", ".xlsx"));
  if (status) {
    add("take_list", file("list", ".html"));
    add("print", () => window.print());
  }
  $("take").replaceChildren(...buttons);
  $("limits").textContent = status === "passed" ? facts.report ? "" : say("no_report") : status === "returned" ? say("not_final") : "";
}

async function fetchFile(paper, verb, ending) {
  announce(say("making"));
  try {
    const { files } = await question(verb, paper.file, announce);
    for (const { name, bytes } of files.filter((file) => file.name.endsWith(ending))) {
      hand(name, bytes);
      announce(say("made", { file: name }));
    }
  } catch (error) {
    announce(error.message);
  }
}

function hand(name, bytes) {
  const url = URL.createObjectURL(new Blob([bytes], { type: KINDS[name.split(".").pop()] ?? "" }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// --- the page itself ---

async function chooseLanguage(wanted) {
  speak(wanted);
  offerLanguages((other) => chooseLanguage(other).catch(() => {}));
  $("known").textContent = say("known", { forms: facts.forms.map((form) => say("form", form)).join(say("between_things")) });
  $("software").replaceChildren(...facts.software.map((each) => make("li", {}, `${each.name} ${each.version} (${each.license})`)));
  for (const paper of papers) await check(paper);
}

function listen() {
  const over = (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", event.type === "dragover");
  };
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", over);
  document.addEventListener("drop", (event) => {
    over(event);
    take(event.dataTransfer.files);
  });
  $("pick").addEventListener("change", ({ target }) => {
    take(target.files);
    target.value = "";
  });
}

window.xlperf = {
  // What `xlperf validate --format json` prints of one file; bytes is a Uint8Array, an ArrayBuffer or a list of numbers.
  async check(bytes, name = "workbook.xlsx") {
    const content = bytes instanceof ArrayBuffer || ArrayBuffer.isView(bytes) ? bytes : Uint8Array.from(bytes);
    return (await question("check", new File([content], name))).result;
  },
};

async function main() {
  chooseLanguage(LANGUAGES[0]);
  listen();
  try {
    await engine.start((part) => ($("bar").value = part));
    started = true;
  } catch (error) {
    document.body.dataset.state = "failed";
    announce(say("start_failed", { reason: error.message }));
  }
  $("progress").hidden = true;
  showState();
}

if (document.body.dataset.state === "starting") main();
