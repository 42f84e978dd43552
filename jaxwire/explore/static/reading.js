// Read-outs: position and values of the curves under the pointer, or where the arrow keys have gone.

let reads = {};
const STEPS = 60; // of the arrow keys, along a drawing

const text = (value) => {
  if (value === null || Number.isNaN(value)) return "–";
  return String(Number(value.toPrecision(4))).replace("-", "−");
};

// The value of a curve between its places x; that of the nearest point for readings. null in a gap or outside.
function valueAt(curve, x, at) {
  const { y } = curve;
  if (curve.is_points) {
    const nearest = x.reduce((best, each, n) => (Math.abs(each - at) < Math.abs(x[best] - at) ? n : best), 0);
    return y[nearest];
  }
  const after = x.findIndex((each) => each >= at);
  if (after < 0 || (after === 0 && x[0] > at)) return null;
  const [low, high] = [Math.max(after - 1, 0), after];
  if (y[low] === null || y[high] === null) return null;
  const share = x[high] === x[low] ? 0 : (at - x[low]) / (x[high] - x[low]);
  return y[low] + share * (y[high] - y[low]);
}

function read(figure, place) {
  const here = reads[figure.dataset.figure];
  if (!here || here.curves.length === 0) return hide(figure);
  const [left, right, top, bottom] = here.frame;
  const pixel = Math.min(Math.max(place, left), right);
  const at = here.ends[0] + (pixel - left) / (right - left) * (here.ends[1] - here.ends[0]);
  const [cursor, box] = [figure.querySelector(".cursor"), figure.querySelector(".reading")];
  Object.assign(cursor.style, { left: `${pixel}px`, top: `${top}px`, height: `${bottom - top}px` });
  const unit = here.unit ? ` ${here.unit}` : "";
  const rows = here.curves.map((curve) =>
    `<div><i class="key" style="background:${curve.color}"></i>${curve.name} = ${text(valueAt(curve, here.grids[curve.grid], at))}${unit}</div>`);
  box.innerHTML = `<div><b>${here.x.words} = ${text(at)} ${here.x.unit}</b></div>${rows.join("")}`;
  const isLeft = pixel > 0.5 * (left + right); // opposite to the pointer
  Object.assign(box.style, { top: `${top + 2}px`, left: isLeft ? `${left + 4}px` : "", right: isLeft ? "" : "4px" });
  cursor.hidden = box.hidden = false;
  figure.dataset.place = pixel;
}

function hide(figure) {
  for (const part of figure.querySelectorAll(".cursor, .reading")) part.hidden = true;
  delete figure.dataset.place;
}

// Take over the numbers of new drawings, also where something is read just now.
export function shown(found) {
  reads = found;
  for (const figure of document.querySelectorAll("[data-figure][data-place]")) read(figure, Number(figure.dataset.place));
}

function moved(figure, event) {
  const here = reads[figure.dataset.figure];
  if (!here) return;
  const [left, right] = here.frame;
  const before = Number(figure.dataset.place ?? 0.5 * (left + right));
  const step = (right - left) / STEPS;
  const places = { ArrowLeft: before - step, ArrowRight: before + step, Home: left, End: right };
  if (event.key === "Escape") hide(figure);
  else if (event.key in places) read(figure, places[event.key]);
  else return;
  event.preventDefault();
}

export function begin() {
  for (const figure of document.querySelectorAll("[data-figure]")) {
    const follow = (event) => read(figure, event.clientX - figure.getBoundingClientRect().left);
    figure.addEventListener("pointermove", follow);
    figure.addEventListener("pointerdown", follow);
    figure.addEventListener("pointerleave", () => hide(figure));
    figure.addEventListener("keydown", (event) => moved(figure, event));
    figure.addEventListener("blur", () => hide(figure));
    figure.querySelector(".reading").setAttribute("aria-live", "polite");
  }
}
