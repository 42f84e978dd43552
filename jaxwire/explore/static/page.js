// The page: what its parts do when one of them changes something.
import * as asking from "./asking.js";
import * as controls from "./controls.js";
import * as lab from "./lab.js";
import * as map from "./map.js";
import * as past from "./history.js";
import * as playing from "./playing.js";
import * as reading from "./reading.js";
import * as showing from "./showing.js";
import { find, readView, showView, stateOf, view, viewQuery } from "./view.js";

let note = find("#notes").textContent; // of values in the address that are not possible

function changed(about = "") {
  note = about;
  asking.ask();
}

function shown(answer, wanted) {
  showing.show(answer, wanted, note);
  const address = [wanted, viewQuery()].filter(Boolean).join("&");
  find("#figure-link").href = "figure.svg?" + address;
  find("#data-link").href = "data.csv?" + wanted;
  past.shown(address, playing.isPlaying);
  playing.shown();
  map.shown();
}

// Show the setting of an address.
async function restore(address) {
  playing.stop();
  readView(address);
  changed(await controls.replaceBy(stateOf(address)));
}

// Ends of the vertical axes, so that they stay.
function hold(isHeld) {
  const ends = isHeld && showing.last ? Object.entries(showing.last.ends) : [];
  view.axes = ends.map(([name, [low, high]]) => `${name}:${low}:${high}`).join(",");
}

find("#pin").addEventListener("click", () => {
  view.pin = view.pin ? "" : controls.query();
  hold(view.pin !== "");
  showView();
  changed();
});
find("#hold").addEventListener("change", (event) => { hold(event.target.checked); showView(); changed(); });
find("#si").addEventListener("change", () => { showView(); changed(); });
find("#lab").addEventListener("change", () => { showView(); changed(); });
find("#preset").addEventListener("change", async (event) => {
  const { query, x, y } = event.target.selectedOptions[0].dataset;
  if (!query) return;
  view.axes = "";
  await restore([query, viewQuery()].filter(Boolean).join("&"));
  if (x) map.over(x, y);
});
find("#reset").addEventListener("click", () => restore(""));

for (const button of document.querySelectorAll("[data-copy], #copy")) {
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const address = `${location.origin}${location.pathname}?${[controls.query(), viewQuery()].filter(Boolean).join("&")}`;
    await navigator.clipboard.writeText(button.dataset.copy ? find("#" + button.dataset.copy).textContent : address);
    button.textContent = button.dataset.copy ? "Copied" : "Link copied";
    setTimeout(() => { button.textContent = words; }, 1500);
  });
}

let resizeTimer;
addEventListener("resize", () => { clearTimeout(resizeTimer); resizeTimer = setTimeout(() => changed(note), 100); });

readView(location.search.slice(1));
controls.begin(changed, showing.foundBefore);
asking.begin(shown);
playing.begin(changed);
reading.begin();
lab.begin(changed);
map.begin(changed);
past.begin(restore);
changed(note);
