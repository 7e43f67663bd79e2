// The adapter for Excel, as it is in the pane, on the objects of office-addin-mock; every line of the answer is one case.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { OfficeMockObject } = createRequire(import.meta.url)("office-addin-mock");
const [book] = process.argv.slice(2);
const content = Array.from(readFileSync(book));
const COMMON = "outlook"; // what office.js has in every program is there without load and sync; so is all that the mock calls so

// A document that gives its bytes in slices; `fails` says at which call it does not.
function documentOf({ url, size, fails, told }) {
  const answer = (call, value) => (call === fails ? { status: "failed", error: { message: `no ${call}` } } : { status: "succeeded", value });
  const slices = Math.ceil(content.length / size);
  const file = new OfficeMockObject({
    size: content.length,
    sliceCount: slices,
    getSliceAsync: (number, back) => {
      const data = fails === "whole" && number === slices - 1 ? [] : content.slice(number * size, (number + 1) * size);
      back(answer("slice", new OfficeMockObject({ data, index: number, size: data.length }, COMMON)));
    },
    closeAsync: (back) => {
      told.push("close");
      back(answer("close"));
    },
  }, COMMON);
  return { url, getFileAsync: (type, options, back) => {
    told.push(`${type} ${options.sliceSize}`);
    back(answer("file", file));
  } };
}

// A workbook of two sheets. What is asked of it happens when it is synchronised, as in Excel, and not before.
function workbookOf(told) {
  const waiting = [];
  const sheet = (title) => ({
    activate: () => waiting.push(`activate ${title}`),
    getRange: (area) => new OfficeMockObject({ address: `${title}!${area}`, select: () => waiting.push(`select ${title}!${area}`) }, "excel"),
  });
  const sheets = { one: new OfficeMockObject({ name: "one", ...sheet("one") }, "excel"), "it's two": new OfficeMockObject({ name: "it's two", ...sheet("it's two") }, "excel") };
  const context = new OfficeMockObject({ workbook: { worksheets: {
    getItem: (title) => sheets[title] ?? new OfficeMockObject({ ...sheet(title), activate: () => waiting.push(new Error("ItemNotFound")) }, "excel"),
    onChanged: { add: (listener) => waiting.push({ listener }) },
  } } }, "excel");
  const synced = context.sync.bind(context);
  const listeners = [];
  context.sync = async () => {
    for (const each of waiting.splice(0)) {
      if (each instanceof Error) throw each;
      if (each.listener) listeners.push(each.listener);
      else told.push(each);
    }
    await synced();
  };
  return { context, listeners, waiting };
}

async function opened({ url = "C:\\Users\\a\\one.xlsx", size = 4194304, fails = null, host = "Excel" } = {}) {
  const told = [];
  const { context, listeners, waiting } = workbookOf(told);
  globalThis.Office = new OfficeMockObject({ FileType: { Compressed: "compressed" }, context: { document: documentOf({ url, size, fails, told }) } , onReady: async () => ({ host }) }, COMMON);
  globalThis.Excel = new OfficeMockObject({ run: async (batch) => batch(context), createWorkbook: async (base64) => told.push(`create ${base64}`) }, "excel");
  globalThis.window = globalThis;
  const { openHost } = await import("./excel.js");
  return { host: await openHost(), told, listeners, waiting };
}

const failure = (promise) => promise.then(() => null, (error) => error.message);
const isWhole = ({ bytes }) => bytes.length === content.length && bytes.every((byte, at) => byte === content[at]);

const CASES = {
  async whole() {
    const { host, told } = await opened();
    return [isWhole(await host.read()), told];
  },
  async slices() {
    const { host, told } = await opened({ size: 1000 });
    return [isWhole(await host.read()), told];
  },
  async names() {
    const urls = ["C:\\a b\\one.xlsx", "https://a.example/b/%E7%94%B2%20%26.xlsx", "/home/a/100%.xlsx", "https://a.example/100%.xlsx", ""];
    const names = [];
    for (const url of urls) names.push((await (await opened({ url })).host.read()).name);
    return names;
  },
  async failures() {
    const outcomes = [];
    for (const fails of ["file", "slice", "whole", "close"]) {
      const { host, told } = await opened({ fails, size: 1000 });
      outcomes.push([fails, await failure(host.read()), told.at(-1)]);
    }
    return outcomes;
  },
  async jump() {
    const { host, told, waiting } = await opened();
    await host.jump("it's two", "H61:H63");
    await host.jump("one", null);
    return [told, waiting.length, await failure(host.jump("three", "A1"))];
  },
  async edits() {
    const { host, listeners } = await opened();
    let heard = 0;
    await host.watch(() => heard++);
    for (const listener of listeners) await listener({ address: "A1" });
    return [listeners.length, heard];
  },
  async keep() {
    const { host, told } = await opened();
    const said = await host.keep([{ name: "a.json", bytes: new Uint8Array(1) }, { name: "a.xlsx", bytes: Uint8Array.from(content) }]);
    return [said, told.length, told[0] === `create ${Buffer.from(content).toString("base64")}`];
  },
  async asked() {
    const heard = [];
    for (const search of ["", "?ask=finalize", "?_host_Info=Excel$Win32&ask=check"]) {
      globalThis.location = { search };
      (await opened()).host.listen((verb) => heard.push(verb));
    }
    return heard;
  },
  async elsewhere() {
    return [await failure(opened({ host: null }))];
  },
  async mock() { // it is the mock that is asked: what nobody loaded is not told
    const { context } = workbookOf([]);
    const sheet = context.workbook.worksheets.getItem("one");
    const before = String(sheet.name);
    sheet.load("name");
    await sheet.sync();
    return [before, sheet.name];
  },
};

const outcomes = {};
for (const [name, run] of Object.entries(CASES)) outcomes[name] = await run();
console.log(JSON.stringify(outcomes));
