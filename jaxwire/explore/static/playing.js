// Moves one slider by itself, to and fro, a step after each answer; until its button or Escape is pressed.
import { slider } from "./controls.js";
import { find } from "./view.js";

const SHORTEST = 60; // milliseconds between two steps
let playing = null;
let changed = () => {};

export const isPlaying = () => playing !== null;

export function stop() {
  if (!playing) return;
  clearTimeout(playing.timer);
  for (const button of document.querySelectorAll(".play")) button.setAttribute("aria-pressed", "false");
  playing = null;
}

function move() {
  const one = playing && slider(playing.name);
  if (!one || one.box.hidden) return stop();
  const before = one.range.value;
  for (let turn = 0; turn < 2 && one.range.value === before; turn += 1) {
    if (playing.isDown) one.range.stepDown();
    else one.range.stepUp();
    if (one.range.value === before) playing.isDown = !playing.isDown;
  }
  one.follow();
  changed("");
}

// The answer to the last step is on the page.
export function shown() {
  if (!playing) return;
  clearTimeout(playing.timer);
  playing.timer = setTimeout(move, SHORTEST);
}

export function begin(onChange) {
  changed = onChange;
  find("#controls").addEventListener("click", (event) => {
    const button = event.target.closest(".play");
    if (!button) return;
    const wasPlaying = button.getAttribute("aria-pressed") === "true";
    stop();
    if (wasPlaying) return;
    button.setAttribute("aria-pressed", "true");
    playing = { name: button.closest(".slider").dataset.name, isDown: false, timer: null };
    move();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
}
