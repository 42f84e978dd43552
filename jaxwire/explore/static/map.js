// The map of spots: asked for part by part, drawn as it grows; a cell that is chosen sets the sliders.
import { put, query, slider } from "./controls.js";
import { tellWaits } from "./asking.js";
import { find, viewQuery } from "./view.js";

let found = null; // the last answer, with the axes and the other settings that it is of
let running = null;
let changed = () => {};
const axes = () => [find("#map-x").value, find("#map-y").value];

// All that a map depends on: the state without the numbers along its axes, and what is merely shown.
function settings() {
  const words = new URLSearchParams(query());
  for (const name of [...axes(), "healing_length", "distance"]) words.delete(name);
  return [...axes(), words].join(" ");
}

async function compute() {
  if (running) { running.abort(); return; }
  const [x, y] = axes();
  const of = settings();
  running = new AbortController();
  find("#map-go").textContent = "Stop";
  try {
    for (let isDone = false; !isDone;) {
      const waiting = tellWaits(find("#map-status"));
      const words = new URLSearchParams(viewQuery());
      words.set("narrow", find("#map-left").clientWidth);
      words.set("x", x);
      words.set("y", y);
      const answer = await fetch(`map?${query()}&${words}`, { signal: running.signal }).finally(() => waiting.stop());
      const part = await answer.json();
      if (!answer.ok) throw new Error(part.complaint);
      isDone = part.done === part.total || settings() !== of;
      found = { ...part, x, y, of };
      draw();
    }
  } catch (error) {
    if (error.name !== "AbortError") find("#map-status").textContent = error.message;
  }
  running = null;
  find("#map-go").textContent = "Compute";
}

function draw() {
  for (const side of ["left", "right"]) find(`#map-${side} .drawing`).innerHTML = found.maps[side];
  find("#map-status").textContent = `${found.done} of ${found.total} points.`;
  ring();
}

// Rings where the page is; and whether the map still is of the page's settings.
function ring() {
  if (!found) return;
  const isOf = settings() === found.of;
  if (!running) find("#map-status").textContent = isOf ? `${found.done} of ${found.total} points.` : "Computed for other settings.";
  const [left, right, top, bottom] = found.frame;
  for (const one of document.querySelectorAll("#map .ring")) {
    one.hidden = !isOf;
    if (isOf) {
      one.style.left = `${left + slider(found.x).share * (right - left)}px`;
      one.style.top = `${bottom - slider(found.y).share * (bottom - top)}px`;
    }
  }
}

function cellAt(figure, event) {
  const box = figure.getBoundingClientRect();
  const [left, right, top, bottom] = found.frame;
  const column = Math.floor((event.clientX - box.left - left) / (right - left) * found.across.length);
  const row = Math.floor((bottom - (event.clientY - box.top)) / (bottom - top) * found.up.length);
  return found.across[column] !== undefined && found.up[row] !== undefined ? [row, column] : null;
}

function read(figure, cell) {
  const box = figure.querySelector(".reading");
  box.hidden = !cell;
  if (!cell) return;
  const [row, column] = cell;
  const [left, right, top] = found.frame;
  const words = found.words[figure.dataset.sideMap][row][column];
  box.innerHTML = `<div><b>${found.places[0][column]}, ${found.places[1][row]}</b></div><div>${words}</div>`;
  const isLeft = column > found.across.length / 2;
  Object.assign(box.style, { top: `${top + 4}px`, left: isLeft ? `${left + 4}px` : "", right: isLeft ? "" : "4px" });
  figure.dataset.cell = `${row},${column}`;
}

function choose([row, column]) {
  put({ [found.x]: Number(found.across[column].toPrecision(4)), [found.y]: Number(found.up[row].toPrecision(4)) });
  changed("");
}

function moved(figure, event) {
  if (!found) return;
  const [row, column] = (figure.dataset.cell ?? "0,0").split(",").map(Number);
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
  if (event.key === "Enter") choose([row, column]);
  else if (event.key === "Escape") read(figure, null);
  else if (event.key in moves) {
    const [up, across] = moves[event.key];
    read(figure, [Math.min(Math.max(row + up, 0), found.up.length - 1), Math.min(Math.max(column + across, 0), found.across.length - 1)]);
  } else return;
  event.preventDefault();
}

// The page shows another point.
export const shown = ring;

// Choose the axes, and compute at once: for presets.
export function over(x, y) {
  find("#map").open = true;
  [find("#map-x").value, find("#map-y").value] = [x, y];
  if (!running) compute();
}

export function begin(onChange) {
  changed = onChange;
  [find("#map-x").value, find("#map-y").value] = ["width", "center"];
  if (!find("#map-x").value || !find("#map-y").value) [find("#map-x").selectedIndex, find("#map-y").selectedIndex] = [0, 1];
  find("#map-go").addEventListener("click", compute);
  for (const figure of document.querySelectorAll("[data-side-map]")) {
    figure.addEventListener("pointermove", (event) => { if (found) read(figure, cellAt(figure, event)); });
    figure.addEventListener("pointerleave", () => read(figure, null));
    figure.addEventListener("click", (event) => { const cell = found && cellAt(figure, event); if (cell) choose(cell); });
    figure.addEventListener("keydown", (event) => moved(figure, event));
    figure.addEventListener("blur", () => read(figure, null));
  }
}
