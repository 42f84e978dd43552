// Undo and redo: every setting that stood still for a moment is an entry of the browser's own history.
import { find } from "./view.js";

const STILL = 400; // milliseconds; browsers refuse many changes of the address in a short time
let now = { n: 0, last: 0 }; // number of this entry, and of the last one
let timer;
let isRestored = true; // the next setting is that of the entry itself

function tell() {
  find("#undo").disabled = now.n === 0;
  find("#redo").disabled = now.n === now.last;
}

// The page shows the setting of this address. That of the entry itself is noted at once, or a quick change would take
// its place.
export function shown(address, isMoving) {
  clearTimeout(timer);
  if (isRestored) note(address, false);
  else timer = setTimeout(() => note(address, !isMoving()), STILL);
  isRestored = false;
}

function note(address, isNew) {
  if ("?" + address === location.search) return;
  if (isNew) now = { n: now.n + 1, last: now.n + 1 };
  if (isNew) history.pushState({ n: now.n }, "", "?" + address);
  else history.replaceState({ n: now.n }, "", "?" + address);
  tell();
}

// `restore` is given an address to show.
export function begin(restore) {
  now.n = now.last = history.state?.n ?? 0;
  addEventListener("popstate", (event) => {
    clearTimeout(timer);
    now.n = event.state?.n ?? 0;
    isRestored = true;
    tell();
    restore(location.search.slice(1));
  });
  find("#undo").addEventListener("click", () => history.back());
  find("#redo").addEventListener("click", () => history.forward());
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input[type=text], textarea");
    if (isTyping || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const button = find(event.shiftKey ? "#redo" : "#undo");
    if (!button.disabled) button.click();
  });
  tell();
}
