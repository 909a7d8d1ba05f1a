"use strict";
// Shows one moment after the other: the differences from moment to moment are applied to the one picture.
const film = JSON.parse(document.getElementById("film").textContent);
const parts = document.querySelectorAll("#picture .x");
const cards = document.querySelectorAll("#cards > li");
const cells = document.querySelectorAll("td[data-of]");
const by = (id) => document.getElementById(id);
const last = film.length - 1;
let shown = 0;
let timer = 0;

function apply(number) {
  for (const [part, look, text] of film[number]) {
    parts[part].setAttribute("class", look);
    if (text !== undefined) parts[part].textContent = text;
  }
}

function show(number) {
  number = Math.min(Math.max(number, 0), last);
  if (number < shown) shown = -1; // back: from the first moment on, which is complete
  while (shown < number) apply(++shown);
  shown = number;
  const card = Array.from(cards[number].childNodes, (node) => node.cloneNode(true));
  by("card").replaceChildren(...card);
  for (const cell of cells) cell.textContent = parts[Number(cell.dataset.of)].textContent || "·";
  by("moment").value = number;
  by("moment").setAttribute("aria-valuetext", `moment ${number} of ${last}`);
  by("where").textContent = `${number} of ${last}`;
  by("first").disabled = by("back").disabled = number === 0;
  by("forward").disabled = by("last").disabled = number === last;
}

function pause() {
  clearInterval(timer);
  timer = 0;
  by("play").textContent = "Play";
}

function play() {
  if (timer) return pause();
  if (shown === last) show(0);
  by("play").textContent = "Pause";
  timer = setInterval(() => {
    show(shown + 1);
    if (shown === last) pause();
  }, Number(by("speed").value));
}

const verbs = {
  first: () => show(0),
  back: () => show(shown - 1),
  forward: () => show(shown + 1),
  last: () => show(last),
};
const keys = {
  Home: "first", ArrowLeft: "back", ArrowUp: "back", PageUp: "back",
  ArrowRight: "forward", ArrowDown: "forward", PageDown: "forward", End: "last",
};
for (const [id, verb] of Object.entries(verbs)) {
  by(id).addEventListener("click", () => { pause(); verb(); });
}
by("play").addEventListener("click", play);
by("moment").addEventListener("input", () => { pause(); show(Number(by("moment").value)); });
by("speed").addEventListener("change", () => { if (timer) { pause(); play(); } });
document.addEventListener("keydown", (event) => {
  const there = event.target.tagName;
  if (event.altKey || event.ctrlKey || event.metaKey || there === "SELECT") return;
  if (event.key === " " && there !== "BUTTON" && there !== "SUMMARY") play();
  else if (keys[event.key]) { pause(); verbs[keys[event.key]](); }
  else return;
  event.preventDefault();
});
show(0);
