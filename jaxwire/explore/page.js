// Follows the sliders: asks the server for drawings and numbers of the state, shows them, keeps the state in the address.
"use strict";

const find = (selector) => document.querySelector(selector);
const sliders = [...document.querySelectorAll(".slider")].map((box) => {
  const isLog = "log" in box.dataset;
  const [low, high, step] = ["low", "high", "step"].map((name) => Number(box.dataset[name]));
  const range = box.querySelector("input[type=range]");
  const field = box.querySelector("input[type=text]");
  const slider = { name: box.dataset.name, box, range, field, low, high, initial: field.value, value: Number(field.value) };
  // The number in the field is the value; the range shows the nearest place. Logarithmic sliders count decades.
  slider.onRange = isLog ? Math.log10 : (value) => value;
  slider.offRange = isLog ? (place) => 10 ** place : (place) => place;
  Object.assign(range, { min: slider.onRange(low), max: slider.onRange(high), step });
  return slider;
});

const drive = () => find("input[name=drive]:checked").value;
const isGiven = (slider) => !["voltage", "current"].includes(slider.name) || slider.name === drive();
const query = () => new URLSearchParams(sliders.filter(isGiven).map((one) => [one.name, String(one.value)])).toString();

function put(slider, value) {
  slider.value = Math.min(Math.max(value, slider.low), slider.high);
  slider.field.value = String(slider.value);
  slider.range.value = slider.onRange(slider.value);
  slider.range.setAttribute("aria-valuetext", slider.field.value);
}

const rounded = (value) => Number(value.toPrecision(4));

for (const slider of sliders) {
  put(slider, slider.value);
  slider.range.addEventListener("input", () => {
    slider.value = Math.min(Math.max(rounded(slider.offRange(Number(slider.range.value))), slider.low), slider.high);
    slider.field.value = String(slider.value);
    slider.range.setAttribute("aria-valuetext", slider.field.value);
    changed();
  });
  slider.field.addEventListener("change", () => {
    const value = Number(slider.field.value.replace("−", "-").replace(",", "."));
    const isNumber = slider.field.value.trim() !== "" && Number.isFinite(value);
    const isInside = isNumber && value >= slider.low && value <= slider.high;
    const note = isInside ? "" : `${slider.name} must be between ${slider.low} and ${slider.high}, got ${slider.field.value || "nothing"}.`;
    put(slider, isNumber ? value : slider.value);
    changed(note);
  });
}

for (const choice of document.querySelectorAll("input[name=drive]")) {
  choice.addEventListener("change", () => {
    for (const slider of sliders.filter((one) => ["voltage", "current"].includes(one.name))) {
      slider.box.hidden = slider.name !== drive();
      const found = shown && shown.numbers[slider.name].value; // go on from the same point
      if (slider.name === drive() && found !== null) put(slider, rounded(found));
    }
    changed();
  });
}

find("#reset").addEventListener("click", () => { location.href = location.pathname; });
find("#controls").addEventListener("submit", (event) => event.preventDefault());
find("#copy").addEventListener("click", async () => {
  history.replaceState(null, "", "?" + query());
  await navigator.clipboard.writeText(location.href);
  find("#copy").textContent = "Link copied";
  setTimeout(() => { find("#copy").textContent = "Copy link"; }, 1500);
});

let shown = null; // the last answer
const known = new Set(); // drives that were asked for, whose programs are compiled
let isAsking = false;
let isStale = false;
let note = find("#notes").textContent; // of values in the address that are not possible
let addressTimer;

function changed(about = "") {
  note = about;
  isStale = true;
  if (!isAsking) ask();
}

// One question at a time; what changes meanwhile is asked together when the answer is there.
async function ask() {
  isAsking = true;
  const words = known.has(drive()) ? "Computing." : `Compiling for a given ${drive()}, once: this takes up to a minute.`;
  const patience = setTimeout(() => { find("#status").textContent = words; }, 700);
  while (isStale) {
    isStale = false;
    const wanted = query();
    const widths = new URLSearchParams({ wide: find("#figure-heating").clientWidth, narrow: find("#figure-iv").clientWidth });
    try {
      const answer = await fetch(`point?${wanted}&${widths}`);
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      known.add(new URLSearchParams(wanted).has("current") ? "current" : "voltage");
      show(await answer.json(), wanted);
    } catch (error) {
      find("#status").textContent = `No answer (${error.message}): is "jaxwire explore" still running?`;
      find("#status").className = "bad";
    }
  }
  clearTimeout(patience);
  isAsking = false;
}

function show(answer, wanted) {
  shown = answer;
  for (const [name, drawing] of Object.entries(answer.figures)) document.getElementById("figure-" + name).innerHTML = drawing;
  for (const cell of document.querySelectorAll("[data-number]")) fill(cell, answer.numbers[cell.dataset.number]);
  for (const row of document.querySelectorAll("[data-side]")) {
    const spot = answer.spots[row.dataset.side];
    for (const cell of row.querySelectorAll("[data-spot]")) {
      if (cell.dataset.spot === "kind") cell.textContent = spot.kind;
      else fill(cell, spot[cell.dataset.spot]);
    }
  }
  const status = find("#status");
  status.textContent = `Status: ${answer.status}${answer.advice ? ". " + answer.advice : ""}`;
  status.className = answer.is_solved ? "" : "bad";
  find("#notes").textContent = note;
  const { solve, draw } = answer.milliseconds;
  find("#timing").textContent = `Computed in ${solve.toFixed(0)} ms, drawn in ${draw.toFixed(0)} ms.`;
  find("#figure-link").href = "figure.svg?" + wanted;
  find("#data-link").href = "data.csv?" + wanted;
  document.body.dataset.shown = wanted; // for whoever waits for the answer to a change
  clearTimeout(addressTimer); // browsers refuse many changes of the address in a short time
  addressTimer = setTimeout(() => history.replaceState(null, "", "?" + wanted), 150);
}

function fill(cell, number) {
  cell.textContent = number.text;
  cell.dataset.value = number.value;
}

let resizeTimer;
addEventListener("resize", () => { clearTimeout(resizeTimer); resizeTimer = setTimeout(() => changed(note), 100); });

changed(note);
