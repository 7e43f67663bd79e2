// Runs beside the page, so that the page stays awake: starts Python from the parts that the page holds, then answers.
let python, answer;
let count = 0;

onmessage = async ({ data }) => {
  if (data.parts) {
    try {
      await start(data.parts);
      postMessage({ ready: true });
    } catch (error) {
      postMessage({ broken: String((error && error.stack) || error) });
    }
    return;
  }
  try {
    postMessage({ id: data.id, told: tell(data) });
  } catch (error) {
    const fault = String((error && error.message) || error);
    postMessage(error && error.name === "PythonError" ? { id: data.id, fault } : { broken: fault });
  }
};

async function start(packed) {
  const names = Object.keys(packed);
  const steps = names.length + 3;
  let done = 0;
  const step = () => postMessage({ step: ++done / steps });
  const parts = {};
  for (const name of names) {
    parts[name] = await unpack(packed[name]);
    step();
  }
  // Pyodide loads two of its files by name; there is nothing to load anything else from.
  self.fetch = async (url) => {
    const name = String(url).split("/").pop();
    if (!(name in parts)) throw new Error(`there is no ${name} here`);
    return new Response(parts[name], { headers: { "content-type": name.endsWith(".wasm") ? "application/wasm" : "application/zip" } });
  };
  const load = (name) => import(URL.createObjectURL(new Blob([parts[name]], { type: "text/javascript" })));
  const { loadPyodide } = await load("pyodide.mjs");
  const { default: createPyodideModule } = await load("pyodide.asm.mjs");
  const nowhere = "https://nowhere.invalid/";
  python = await loadPyodide({
    createPyodideModule,
    indexURL: nowhere,
    packageBaseUrl: nowhere,
    lockFileContents: new TextDecoder().decode(parts["pyodide-lock.json"]),
    env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1" },
  });
  step();
  const [site] = python.runPython("import sys; [path for path in sys.path if path.endswith('site-packages')]").toJs();
  python.unpackArchive(parts["bundle.zip"], "zip", { extractDir: site });
  for (const name of names) delete parts[name];
  step();
  const glue = python.pyimport("xlperf.page.in_browser");
  glue.warm_up();
  answer = glue.answer;
}

async function unpack(text) {
  const binary = atob(text);
  const packed = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) packed[at] = binary.charCodeAt(at);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Ask Python about one file, which lies in a folder of its own for as long as that takes.
function tell({ verb, name, bytes, language }) {
  const folder = `/desk/${++count}`;
  python.FS.mkdirTree(folder);
  try {
    const path = `${folder}/${name.replace(/[/\0]/g, "_") || "_"}`;
    python.FS.writeFile(path, bytes);
    const told = JSON.parse(answer(verb, path, language));
    const files = (told.files || []).map((file) => ({ name: file.split("/").pop(), bytes: python.FS.readFile(file) }));
    return { ...told, files };
  } finally {
    remove(folder);
  }
}

function remove(path) {
  const { FS } = python;
  if (!FS.isDir(FS.stat(path).mode)) return FS.unlink(path);
  for (const name of FS.readdir(path)) if (name !== "." && name !== "..") remove(`${path}/${name}`);
  FS.rmdir(path);
}
