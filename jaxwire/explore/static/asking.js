// Asks the server for drawings and numbers, one question at a time; what changes meanwhile is asked together after it.
// A question whose program is not the one on the page any more is left: its answer would come late.
import { program, query } from "./controls.js";
import { find, viewQuery } from "./view.js";

const PATIENCE = 700; // milliseconds after which the page says what it waits for
let running = null;
let isStale = false;
let show = () => {};

export function begin(shower) { show = shower; }

export const isAsking = () => running !== null;

export function ask() {
  isStale = true;
  if (running && running.program !== program()) running.controller.abort();
  if (!running) go();
}

async function go() {
  while (isStale) {
    isStale = false;
    const wanted = query();
    const question = new URLSearchParams(viewQuery());
    question.set("wide", find("#figure-heating").clientWidth);
    question.set("narrow", find("#figure-iv").clientWidth);
    running = { program: program(), controller: new AbortController() };
    const waiting = tellWaits(find("#status"));
    try {
      const answer = await fetch(`point?${wanted}&${question}`, { signal: running.controller.signal });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      show(await answer.json(), wanted);
    } catch (error) {
      if (error.name !== "AbortError") {
        find("#status").textContent = `No answer (${error.message}): is "jaxwire explore" still running?`;
        find("#status").className = "bad";
      }
    } finally {
      waiting.stop();
      running = null;
    }
  }
}

// Say in a place of the page what the server is at, as long as an answer takes.
export function tellWaits(place) {
  let timer = setTimeout(tell, PATIENCE);
  async function tell() {
    const work = await fetch("at_work").then((answer) => answer.json(), () => []);
    if (timer === null) return;
    place.textContent = `Please wait: ${work.join("; ") || "the server"}.`;
    timer = setTimeout(tell, 1000);
  }
  return { stop() { clearTimeout(timer); timer = null; } };
}
