// Sliders, choices of models and of what is given: their state, and changes of it by the user or by the page.
import { find } from "./view.js";

const form = find("#controls");
export const DRIVES = ["voltage", "current"];

// A slider of the page: its number is in the field, the range shows the nearest place. Logarithmic ones count decades.
class Slider {
  constructor(box) {
    this.box = box;
    this.name = box.dataset.name;
    this.isLog = "log" in box.dataset;
    [this.low, this.high, this.step] = ["low", "high", "step"].map((name) => Number(box.dataset[name]));
    this.range = box.querySelector("input[type=range]");
    this.field = box.querySelector("input[type=text]");
    Object.assign(this.range, { min: this.onRange(this.low), max: this.onRange(this.high), step: this.step });
    this.put(Number(this.field.value));
  }
  onRange(value) { return this.isLog ? Math.log10(value) : value; }
  offRange(place) { return this.isLog ? 10 ** place : place; }
  put(value) {
    this.value = Math.min(Math.max(value, this.low), this.high);
    this.field.value = String(this.value);
    this.range.value = this.onRange(this.value);
    this.range.setAttribute("aria-valuetext", this.field.value);
  }
  // Take over the place of the range, rounded as far as its step can tell.
  follow() {
    const place = this.range.value;
    this.put(rounded(this.offRange(Number(place))));
    this.range.value = place;
  }
  get share() { return (this.onRange(this.value) - this.onRange(this.low)) / (this.onRange(this.high) - this.onRange(this.low)); }
}

export const rounded = (value) => Number(value.toPrecision(4));
let sliders = new Map();
let changed = () => {};

export const slider = (name) => sliders.get(name);
export const drive = () => find("input[name=drive]:checked").value;
const isGiven = (one) => !DRIVES.includes(one.name) || one.name === drive();
const models = () => [...form.querySelectorAll("select[data-kind]")].map((one) => [one.dataset.kind, one.value, one.dataset.usual]);

// The state as the address has it.
export function query() {
  const named = models().filter(([, name, usual]) => name !== usual).map(([kind, name]) => [kind, name]);
  const numbers = [...sliders.values()].filter(isGiven).map((one) => [one.name, String(one.value)]);
  return new URLSearchParams([...named, ...numbers]).toString();
}

// What a program is compiled for.
export const program = () => [...models().map(([, name]) => name), drive()].join(" ");

export function put(numbers) {
  for (const [name, value] of Object.entries(numbers)) sliders.get(name)?.put(value);
}

function readSliders() {
  sliders = new Map([...form.querySelectorAll(".slider")].map((box) => [box.dataset.name, new Slider(box)]));
}

// Show the sliders of a state, as the server makes them.
export async function replaceBy(wanted) {
  const focused = document.activeElement?.id;
  const answer = await (await fetch("controls?" + wanted)).json();
  find("#sliders").innerHTML = answer.controls;
  readSliders();
  for (const id of ["map-x", "map-y"]) {
    const before = find("#" + id).value;
    find("#" + id).innerHTML = answer.axes;
    if (sliders.has(before)) find("#" + id).value = before;
  }
  find("#free").innerHTML = answer.free;
  if (focused) document.getElementById(focused)?.focus();
  return answer.notes;
}

function typed(one) {
  const text = one.field.value;
  const value = Number(text.replace("−", "-").replace(",", "."));
  const isNumber = text.trim() !== "" && Number.isFinite(value);
  const isInside = isNumber && value >= one.low && value <= one.high;
  one.put(isNumber ? value : one.value);
  changed(isInside ? "" : `${one.name} must be between ${one.low} and ${one.high}, got ${text || "nothing"}.`);
}

function gaveAnother(foundBefore) {
  for (const one of [...sliders.values()].filter((one) => DRIVES.includes(one.name))) {
    one.box.hidden = one.name !== drive();
    const value = foundBefore(one.name); // go on from the same point
    if (one.name === drive() && value !== null) one.put(rounded(value));
  }
  changed("");
}

// `onChange` is told of every change, with a sentence about what is wrong; `foundBefore` knows the numbers shown.
export function begin(onChange, foundBefore) {
  changed = onChange;
  readSliders();
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target.type !== "range") return;
    sliders.get(event.target.id).follow();
    changed("");
  });
  form.addEventListener("change", async (event) => {
    const target = event.target;
    if (target.name === "drive") gaveAnother(foundBefore);
    else if (target.dataset.kind) changed(await replaceBy(query()));
    else if (target.closest(".slider") && target.type === "text") typed(sliders.get(target.closest(".slider").dataset.name));
  });
}
