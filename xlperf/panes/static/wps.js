// The workbook that is open in WPS: its bytes, its cells, its edits. WPS gives the page an object `Application`.
import { say } from "./words.js";

const ASKED = "xlperf_asked"; // what a button of the ribbon asks for
const LOOK = 500; // milliseconds between two looks at it
let copies = 0;

export async function openHost() {
  const app = window.Application;
  if (!app) throw new Error(say("no_wps"));
  let last = null; // the workbook that was read last: a cell of it is meant, whichever is in front by then

  const bytesOf = (path) => new Uint8Array(app.FileSystem.ReadFileAsArrayBuffer(path));
  const drop = (path) => app.FileSystem.Exists(path) && app.FileSystem.Remove(path);

  return {
    // A copy is saved beside others that last for a moment, read, and removed again; the workbook itself is not saved.
    async read() {
      const book = app.ActiveWorkbook;
      if (!book) throw new Error(say("no_workbook"));
      const name = book.Name;
      const ending = /\.\w+$/.exec(name)?.[0] ?? ".xlsx";
      const path = `${app.Env.GetTempPath()}/xlperf-${Date.now()}-${++copies}${ending}`;
      try {
        book.SaveCopyAs(path);
        const bytes = bytesOf(path);
        last = book;
        return { name, bytes };
      } finally {
        drop(path);
      }
    },

    async jump(title, area) {
      const book = last ?? app.ActiveWorkbook;
      book.Activate();
      const sheet = book.Sheets.Item(title);
      sheet.Activate();
      if (area) sheet.Range(area).Select();
    },

    async watch(changed) {
      app.ApiEvent.AddApiEventListener("SheetChange", () => changed());
    },

    listen(asked) {
      setInterval(() => {
        const verb = app.PluginStorage.getItem(ASKED);
        if (!verb) return;
        app.PluginStorage.removeItem(ASKED);
        asked(verb);
      }, LOOK);
    },

    // Files go beside the workbook, all of them or none; what is there is never replaced, and what was written is read again.
    async keep(files) {
      const folder = last.Path;
      if (!folder) throw new Error(say("not_saved_yet"));
      const written = [];
      const paths = files.map(({ name }) => `${folder}/${name}`);
      const there = paths.find((path) => app.FileSystem.Exists(path));
      if (there) throw new Error(say("is_there", { file: there }));
      try {
        files.forEach(({ bytes }, at) => {
          written.push(paths[at]);
          const done = app.FileSystem.writeAsBinaryString(paths[at], Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
          const found = done ? bytesOf(paths[at]) : new Uint8Array();
          if (found.length !== bytes.length || found.some((byte, place) => byte !== bytes[place])) throw new Error(say("not_written", { file: paths[at] }));
        });
      } catch (error) {
        written.forEach(drop);
        throw error;
      }
      return say("made", { file: paths.join("\n") });
    },
  };
}
