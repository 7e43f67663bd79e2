// What the page says, in the language that was chosen; the sentences come from the catalogues of xlperf.
const catalogue = JSON.parse(document.getElementById("words").textContent);
export const facts = JSON.parse(document.getElementById("facts-of-page").textContent);
export const LANGUAGES = Object.keys(catalogue);
const TAGS = { zh: "zh-CN" };
let chosen = LANGUAGES[0];

export const language = () => chosen;

export function say(key, values = {}) {
  return catalogue[chosen][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "—");
}

// Speak that language: every element that names a sentence gets its words.
export function speak(wanted) {
  chosen = wanted;
  document.documentElement.lang = TAGS[chosen] ?? chosen;
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
}

// An element with its attributes and what stands in it; texts are never read as HTML.
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...content.filter((part) => part !== null && part !== undefined));
  return element;
}
