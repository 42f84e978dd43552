// What the page is set to besides its sliders: a pinned state, held axes, SI units, readings of the user.

export const find = (selector) => document.querySelector(selector);

// Numbers of the lab are read where they are used; all else that the address keeps is here.
export const view = { pin: "", axes: "", data: "", of: "heating", gain: 1, offset: 0 };

const LAB = ["mu0", "tau0", "mass"];
const VIEW = ["pin", "axes", "data", "of", "gain", "offset", "si", ...LAB];

// The view as a part of the address.
export function viewQuery() {
  const words = new URLSearchParams();
  if (view.pin) words.set("pin", view.pin);
  if (view.axes) words.set("axes", view.axes);
  if (view.data) for (const name of ["data", "of", "gain", "offset"]) words.set(name, view[name]);
  if (find("#si").checked) {
    words.set("si", find("#lab-material").value);
    for (const name of LAB) words.set(name, find("#lab-" + name).value);
  }
  return words.toString();
}

// Take the view from an address.
export function readView(address) {
  const words = new URLSearchParams(address);
  view.pin = words.get("pin") ?? "";
  view.axes = words.get("axes") ?? "";
  view.data = words.get("data") ?? "";
  view.of = words.get("of") ?? "heating";
  view.gain = Number(words.get("gain") ?? 1) || 1;
  view.offset = Number(words.get("offset") ?? 0);
  find("#si").checked = words.has("si");
  if (words.has("si")) {
    find("#lab-material").value = words.get("si");
    for (const name of LAB) if (words.has(name)) find("#lab-" + name).value = words.get(name);
  }
  showView();
}

// Controls that say what the view is.
export function showView() {
  find("#pin").setAttribute("aria-pressed", String(view.pin !== ""));
  find("#pin").textContent = view.pin ? "Unpin" : "Pin to compare";
  find("#hold").checked = view.axes !== "";
  find("#lab").hidden = !find("#si").checked;
  find("[data-lab-row=mass]").hidden = find("#lab-material").value !== "other";
  find("#data-hide").disabled = find("#fit").disabled = view.data === "";
  find("#data-of").value = view.of;
  document.body.classList.toggle("pinned", view.pin !== "");
}

// The part of an address that is the state of the sliders.
export function stateOf(address) {
  const words = new URLSearchParams(address);
  for (const name of VIEW) words.delete(name);
  return words.toString();
}
