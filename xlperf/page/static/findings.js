// The findings of one workbook, what must be done first first; every cell is a button that leads there.
import { make, say } from "./words.js";

const SHOWN = 12; // cells of a finding that are named at once
export const SIGNS = { error: "✕", query: "?", warning: "!", info: "i" };
const EXPLAINED = ["query", "warning"]; // what a unit may explain instead of correcting it

export function listFindings(place, answer, jump) {
  const { findings } = answer.result;
  const parts = answer.groups.flatMap(([severity, heading]) => {
    const own = findings.filter((finding) => finding.severity === severity);
    const items = own.map((finding) => item(finding, findings.indexOf(finding), jump));
    return [make("h3", { class: severity }, sign(severity), heading), make("ol", {}, ...items)];
  });
  place.replaceChildren(...(parts.length ? parts : [make("p", { class: "calm" }, say("nothing_found"))]));
}

export const sign = (severity) => make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[severity]);

function item(finding, number, jump) {
  const { severity, code, message, found, expected, fix, explanation } = finding;
  const state = EXPLAINED.includes(severity) ? say(explanation ? "is_explained" : "not_explained") : null;
  return make("li", { class: severity, id: `finding-${number}`, tabindex: "-1" },
    make("p", { class: "message" }, message, " ", make("span", { class: "code" }, code),
      " ", state && make("span", { class: explanation ? "state done" : "state" }, state)),
    said("says_found", found), said("says_expected", expected), said("says_fix", fix), explanation ? said("explained", explanation) : null,
    finding.cells.length ? places(finding, number, jump) : null);
}

const said = (key, text) => (text ? make("p", { class: key }, say(key, { text })) : null);

function places({ cells }, number, jump) {
  const list = make("p", { class: "cells" });
  cells.forEach((cell, at) => {
    const label = say("go_to", { cell });
    const go = make("button", { type: "button", class: at < SHOWN ? null : "more", "data-cell": cell, title: label, click: () => jump(number, at) }, cell);
    list.append(go);
  });
  if (cells.length > SHOWN) {
    const all = make("button", { type: "button", class: "all", click: () => {
      list.classList.add("open");
      list.children[SHOWN].focus();
      all.remove();
    } }, say("all_cells", { count: cells.length }));
    list.append(all);
  }
  return list;
}
