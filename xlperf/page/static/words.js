// What the page says, in the language that was chosen; the sentences come from the catalogues of xlperf.
export const $ = (id) => document.getElementById(id);
const catalogue = JSON.parse($("words").textContent);
export const facts = JSON.parse($("facts-of-page").textContent);
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

// One button for each language; `choose` is told which was pressed.
export function offerLanguages(choose) {
  const place = $("languages");
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(...LANGUAGES.map((each) => make("button", {
    type: "button", lang: each, "aria-pressed": String(each === chosen), click: () => choose(each),
  }, say(`in_${each}`))));
  if (hadFocus) place.children[LANGUAGES.indexOf(chosen)].focus();
}
