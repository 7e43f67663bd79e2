// The workbook that is open in Excel: its bytes, its cells, its edits. Microsoft's office.js gives the page `Office` and `Excel`.
import { say } from "./words.js";

const SLICE = 4 * 1024 * 1024; // bytes; no more are given at once

// What Office answers to a call with a callback, as a promise.
const promised = (call) => new Promise((settle, fail) => call((told) => (told.status === "succeeded" ? settle(told.value) : fail(new Error(told.error.message)))));

export async function openHost() {
  if (!window.Office) throw new Error(say("no_office"));
  const { host } = await Office.onReady();
  if (!host) throw new Error(say("no_office"));

  return {
    // The workbook as it is now, edits that are not saved too. Excel keeps a handle open for it, of which there are few.
    async read() {
      const file = await promised((back) => Office.context.document.getFileAsync(Office.FileType.Compressed, { sliceSize: SLICE }, back));
      try {
        const bytes = new Uint8Array(file.size);
        let at = 0;
        for (let number = 0; number < file.sliceCount; number++) {
          const { data } = await promised((back) => file.getSliceAsync(number, back));
          bytes.set(data, at);
          at += data.length;
        }
        if (at !== file.size) throw new Error(say("not_whole"));
        return { name: nameIn(Office.context.document.url), bytes };
      } finally {
        await promised((back) => file.closeAsync(back)).catch(() => {});
      }
    },

    jump: (title, area) => Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getItem(title);
      sheet.activate();
      if (area) sheet.getRange(area).select();
      await context.sync();
    }),

    watch: (changed) => Excel.run(async (context) => {
      context.workbook.worksheets.onChanged.add(async () => changed());
      await context.sync();
    }),

    // A button of the ribbon opens the pane at an address that names the button.
    listen(asked) {
      const verb = new URLSearchParams(location.search).get("ask");
      if (verb) asked(verb);
    },

    // A new workbook is opened, which the person may save; nothing is written to a disk.
    async keep(files) {
      const { bytes } = files.find(({ name }) => name.endsWith(".xlsx"));
      await Excel.createWorkbook(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));
      return say("opened_new");
    },
  };
}

// The name of the file in a path or an address; a workbook that was never saved has none.
function nameIn(url) {
  const name = (url ?? "").split(/[\\/]/).pop();
  if (!name) return "workbook.xlsx";
  try {
    return /^https?:/.test(url) ? decodeURIComponent(name) : name;
  } catch {
    return name;
  }
}
