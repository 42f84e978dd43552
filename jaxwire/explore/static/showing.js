// Puts an answer of the server on the page.
import { find } from "./view.js";
import { shown as readable } from "./reading.js";

export let last = null; // the last answer

export const foundBefore = (name) => (last ? last.numbers[name].value : null);

export function show(answer, wanted, note) {
  for (const [name, drawing] of Object.entries(answer.figures)) {
    if (last?.figures[name] !== drawing) find(`#figure-${name} .drawing`).innerHTML = drawing;
  }
  last = answer;
  readable(answer.reads);
  for (const [name, number] of Object.entries(answer.numbers)) {
    fill(find(`[data-number=${name}]`), number);
    find(`[data-unit=${name}]`).innerHTML = number.unit;
    find(`[data-pinned=${name}]`).innerHTML = answer.pinned?.[name].text ?? "";
    find(`[data-change=${name}]`).innerHTML = answer.pinned?.[name].change ?? "";
  }
  for (const row of document.querySelectorAll("[data-side]")) {
    const spot = answer.spots[row.dataset.side];
    for (const cell of row.querySelectorAll("[data-spot]")) {
      if (cell.dataset.spot === "kind") cell.textContent = spot.kind;
      else fill(cell, spot[cell.dataset.spot]);
    }
  }
  const isSi = Object.keys(answer.si).length > 0;
  find("#spot-unit").hidden = isSi;
  for (const box of document.querySelectorAll(".slider")) {
    box.querySelector(".si").innerHTML = answer.si[box.dataset.name] ?? "";
  }
  const status = find("#status");
  status.textContent = `Status: ${answer.status}${answer.advice ? ". " + answer.advice : ""}`;
  status.className = answer.is_solved ? "" : "bad";
  find("#notes").textContent = [note, answer.notes].filter(Boolean).join(" ");
  for (const kind of ["python", "command"]) find("#" + kind).textContent = answer[kind];
  const { solve, draw } = answer.milliseconds;
  find("#timing").textContent = `Computed in ${time(solve)}, drawn in ${time(draw)}.`;
  document.body.dataset.shown = wanted; // for whoever waits for the answer to a change
}

const time = (milliseconds) =>
  (milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`);

function fill(cell, number) {
  cell.innerHTML = number.text;
  cell.dataset.value = number.value;
}
