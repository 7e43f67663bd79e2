// A WPS and an Excel that hold one workbook. They know the names of the published type files; any other name throws.
window.fakes = (names, program, name, bytes) => {
  const log = [];
  const told = { log, files: new Map(), listeners: [], name, bytes };
  const strict = (kind, own) => new Proxy(own, {
    get(target, key) {
      if (typeof key === "symbol" || key === "then") return target[key];
      if (!names[kind].names.includes(key)) throw new Error(`${kind} has no ${key}`);
      if (!(key in target)) throw new Error(`the fake of ${kind} does not do ${key}`);
      return target[key];
    },
    set(target, key, value) {
      if (!names[kind].names.includes(key)) throw new Error(`${kind} has no ${key}`);
      target[key] = value;
      return true;
    },
  });
  const known = (title) => {
    if (told.titles && !told.titles.includes(title)) throw new Error(`there is no sheet ${title}`);
    return title;
  };

  if (program === "wps") {
    const storage = new Map();
    told.panes = [];
    const sheet = (title) => strict("Worksheet", {
      Activate: () => log.push(`activate ${title}`),
      Range: (area) => strict("Range", { Select: () => log.push(`select ${title}!${area}`) }),
    });
    const book = strict("Workbook", {
      get Name() { return told.name; },
      Path: "C:/Users/a",
      Activate: () => log.push("activate workbook"),
      SaveCopyAs(path) {
        log.push(`copy ${path}`);
        if (told.copyFails) throw new Error("disk full");
        told.files.set(path, told.bytes);
      },
      Sheets: strict("Sheets", { Item: (title) => sheet(known(title)) }),
    });
    window.Application = strict("Application", {
      get ActiveWorkbook() { return told.isClosed ? null : book; },
      CreateTaskPane(url) {
        told.panes.push(strict("TaskPane", { ID: told.panes.length + 1, Visible: false, Width: 0 }));
        log.push(`pane ${url}`);
        return told.panes.at(-1);
      },
      GetTaskPane: (id) => told.panes[id - 1] ?? null,
      Env: strict("Env", { GetTempPath: () => "C:/Temp" }),
      ApiEvent: strict("ApiEvent", { AddApiEventListener: (event, listener) => event === "SheetChange" && told.listeners.push(listener) }),
      PluginStorage: strict("PluginStorage", {
        getItem: (key) => storage.get(key), setItem: (key, value) => storage.set(key, value), removeItem: (key) => storage.delete(key),
      }),
      FileSystem: strict("FileSystem", {
        Exists: (path) => told.files.has(path),
        Remove: (path) => { log.push(`remove ${path}`); told.files.delete(path); },
        ReadFileAsArrayBuffer: (path) => Uint8Array.from(told.files.get(path)).buffer,
        writeAsBinaryString(path, text) {
          log.push(`write ${path}`);
          const whole = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
          told.files.set(path, told.writesText ? new TextEncoder().encode(text) : whole);
          return true;
        },
      }),
    });
  } else {
    const answer = (back, value) => setTimeout(() => back({ status: "succeeded", value }));
    told.open = 0;
    window.Office = {
      onReady: async () => ({ host: "Excel" }),
      FileType: { Compressed: "compressed" },
      context: { document: strict("Office.Document", {
        get url() { return `C:\\Users\\a\\${told.name}`; },
        getFileAsync(type, options, back) {
          if (type !== "compressed" || options.sliceSize > 4194304) throw new Error("not so");
          told.open++;
          const size = told.sliceSize ?? options.sliceSize;
          const whole = told.bytes;
          answer(back, strict("Office.File", {
            size: whole.length,
            sliceCount: Math.ceil(whole.length / size),
            getSliceAsync(number, got) {
              if (told.sliceFails) return setTimeout(() => got({ status: "failed", error: { message: "busy" } }));
              answer(got, strict("Office.Slice", { data: Array.from(whole.slice(number * size, (number + 1) * size)), index: number, size }));
            },
            closeAsync(closed) { told.open--; log.push("close"); answer(closed); },
          }));
        },
      }) },
    };
    const sheets = strict("Excel.WorksheetCollection", {
      getItem: (title) => strict("Excel.Worksheet", {
        activate: () => log.push(`activate ${known(title)}`),
        getRange: (area) => strict("Excel.Range", { select: () => log.push(`select ${title}!${area}`) }),
      }),
      onChanged: { add: (listener) => told.listeners.push(listener) },
    });
    window.Excel = {
      run: (batch) => batch(strict("Excel.RequestContext", { workbook: strict("Excel.Workbook", { worksheets: sheets }), sync: async () => {} })),
      createWorkbook: async (content) => { log.push("new workbook"); told.made = content; },
    };
  }
  return (window.fake = told);
};
