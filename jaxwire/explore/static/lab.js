// Readings of the user, drawn over the curves, and a fit to them. They go to this machine's own server alone.
import { put, query } from "./controls.js";
import { tellWaits } from "./asking.js";
import { find, showView, view } from "./view.js";

let changed = () => {};
let fitting = null;

async function asked(address, options) {
  const answer = await fetch(address, options);
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.complaint ?? `the server answered ${answer.status}`);
  return found;
}

async function showData() {
  const status = find("#data-status");
  try {
    const found = await asked("data", { method: "POST", body: find("#data-text").value });
    Object.assign(view, { data: found.key, of: find("#data-of").value, gain: 1, offset: 0 });
    status.textContent = [`${found.readings} readings.`, ...found.notes].join(" ");
    changed("");
  } catch (error) {
    status.textContent = error.message;
  }
  showView();
}

function hideData() {
  view.data = "";
  find("#data-status").textContent = "";
  showView();
  changed("");
}

async function fit() {
  if (fitting) { fitting.abort(); return; }
  const free = [...document.querySelectorAll("[name=free]:checked")].map((box) => ["free", box.value]);
  const words = new URLSearchParams([["data", view.data], ["of", view.of], ["gain", view.gain], ["offset", view.offset], ...free]);
  const status = find("#fit-status");
  fitting = new AbortController();
  find("#fit").textContent = "Do not wait";
  const waiting = tellWaits(status);
  try {
    showFit(await asked(`fit?${query()}&${words}`, { method: "POST", signal: fitting.signal }));
  } catch (error) {
    waiting.stop();
    status.textContent = error.name === "AbortError" ? "" : error.message;
  } finally {
    waiting.stop();
    fitting = null;
    find("#fit").textContent = "Fit from here";
  }
}

function showFit(found) {
  find("#fit-status").textContent = `Status: ${found.status}.`;
  find("#fit-status").className = found.is_good ? "" : "bad";
  find("#fit-table").hidden = false;
  find("#fit-table tbody").innerHTML = found.rows.map(([name, value, error, unit]) =>
    `<tr><th scope="row">${name}</th><td>${value}</td><td>${error}</td><td>${unit}</td></tr>`).join("");
  find("#fit-words").replaceChildren(...found.words.map((word) => Object.assign(document.createElement("li"), { textContent: word })));
  const { gain, offset, ...numbers } = found.numbers;
  if (gain !== undefined) view.gain = gain;
  if (offset !== undefined) view.offset = offset;
  put(Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value.toPrecision(6))])));
  changed("");
}

export function begin(onChange) {
  changed = onChange;
  find("#data-show").addEventListener("click", showData);
  find("#data-hide").addEventListener("click", hideData);
  find("#data-of").addEventListener("change", () => { view.of = find("#data-of").value; if (view.data) changed(""); });
  find("#data-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    find("#data-text").value = await file.text();
    showData();
  });
  find("#fit").addEventListener("click", fit);
}
