"use strict";
// Shows one moment after the other: the differences from moment to moment are applied to the one picture.
const film = JSON.parse(document.getElementById("film").textContent);
const parts = document.querySelectorAll("#picture .x");
const cards = document.querySelectorAll("#cards > li");
const cells = document.querySelectorAll("td[data-of]");
const by = (id) => document.getElementById(id);
const figure = document.querySelector("figure");
const picture = by("picture");
const fitted = () => figure.clientWidth / picture.viewBox.baseVal.width; // 1: at its own size anyway
const last = film.length - 1;
const words = document.querySelector("main").dataset; // what is said, in the language of the page
const worded = (name, number) => words[name].replace("{number}", number).replace("{last}", last);
let shown = 0;
let timer = 0;

const past = new Map(); // of each part all its looks, the latest last: each with its moment

film.forEach((changes, number) => {
  for (const [part, ...looks] of changes) {
    if (!past.has(part)) past.set(part, []);
    past.get(part).push([number, ...looks]);
  }
});

const placed = ["x", "y", "font-size"];
const places = Array.from(parts, (part) => placed.map((name) => part.getAttribute(name))); // at the first moment

function apply(part, look, text, place = places[part]) {
  parts[part].setAttribute("class", look);
  if (text === undefined) return;
  write(parts[part], text);
  placed.forEach((name, at) => parts[part].setAttribute(name, place[at]));
}

function write(part, text) {
  const [first, ...others] = typeof text === "string" ? [text] : text;
  part.textContent = first;
  for (const [said, down, size] of others) {
    const lower = document.createElementNS(part.namespaceURI, "tspan"); // an index
    lower.setAttribute("dy", down);
    lower.setAttribute("font-size", size);
    lower.textContent = said;
    part.append(lower);
  }
}

function back(number) {
  const otherwise = new Set();
  for (let each = shown; each > number; each--) for (const [part] of film[each]) otherwise.add(part);
  for (const part of otherwise) {
    const [, ...looks] = past.get(part).findLast(([moment]) => moment <= number);
    apply(part, ...looks);
  }
}

function show(number) {
  number = Math.min(Math.max(number, 0), last);
  const further = number === shown + 1;
  rest();
  if (number < shown) back(number);
  else while (shown < number) film[++shown].forEach((change) => apply(...change));
  shown = number;
  const card = Array.from(cards[number].childNodes, (node) => node.cloneNode(true));
  by("card").replaceChildren(...card);
  for (const cell of cells) {
    const part = parts[Number(cell.dataset.of)];
    cell.textContent = part.textContent || "·";
    cell.classList.toggle("struck", part.classList.contains("struck"));
  }
  showLedger();
  by("moment").value = number;
  by("moment").setAttribute("aria-valuetext", worded("moment", number));
  by("where").textContent = worded("where", number);
  by("first").disabled = by("back").disabled = number === 0;
  by("forward").disabled = by("last").disabled = number === last;
  follow();
  if (further) move();
}

// The ledger of the node that is pointed at, or of that which was pressed or chosen: as far as the moment has come.

const ledgers = document.querySelectorAll(".ledger");
const nodes = Array.from(ledgers, (each) => each.dataset.node);
let chosen = "";

function showLedger(node = by("asked")?.value) {
  if (!ledgers.length) return;
  by("asked").value = node;
  let rows = 0;
  for (const each of ledgers) {
    each.hidden = true;
    if (each.dataset.node !== node) continue;
    for (const row of each.tBodies[0].rows) {
      row.hidden = Number(row.dataset.from) > shown;
      rows += !row.hidden;
    }
    each.hidden = !rows;
  }
  by("nothing").hidden = !node || rows > 0;
  for (const each of picture.querySelectorAll("[data-node]")) each.classList.toggle("asked", each.dataset.node === node);
}

const nodeAt = (event) => {
  const node = event.target.closest?.("[data-node]")?.dataset.node;
  return nodes.includes(node) ? node : "";
};
picture.addEventListener("pointerover", (event) => showLedger(nodeAt(event) || chosen));
picture.addEventListener("pointerleave", () => showLedger(chosen));
picture.addEventListener("click", (event) => { chosen = nodeAt(event); showLedger(chosen); });
by("asked")?.addEventListener("change", () => { chosen = by("asked").value; showLedger(chosen); });

// Motion: on the way to the next moment its numbers travel over the picture, until the next key or their end.

const journeys = JSON.parse(document.getElementById("journeys").textContent);
const lasts = 250; // milliseconds
let moving = null;
let turn = 0;

function pill(text, role, x, y) {
  const made = ["g", "rect", "text"].map((name) => document.createElementNS(picture.namespaceURI, name));
  const [group, box, said] = made;
  const wide = 8 * text.length + 14;
  group.setAttribute("class", `pill ${role}`);
  group.setAttribute("transform", `translate(${x} ${y})`);
  for (const [name, value] of Object.entries({ x: -wide / 2, y: -10, width: wide, height: 20, rx: 10 })) box.setAttribute(name, value);
  said.setAttribute("y", 4.4);
  said.textContent = text;
  group.append(box, said);
  return group;
}

function rest() {
  cancelAnimationFrame(turn);
  moving?.remove();
  moving = null;
}

function move() {
  const seen = journeys[shown];
  if (!seen.length || by("motion").getAttribute("aria-pressed") !== "true") return;
  moving = document.createElementNS(picture.namespaceURI, "g");
  moving.setAttribute("aria-hidden", "true");
  picture.append(moving);
  const began = performance.now();
  let before = -1;
  const next = () => {
    const at = Math.floor((performance.now() - began) / lasts * seen.length);
    if (at >= seen.length) return rest();
    if (at !== before) moving.replaceChildren(...seen[at].map((each) => pill(...each)));
    before = at;
    turn = requestAnimationFrame(next);
  };
  next();
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const setMotion = (on) => { by("motion").setAttribute("aria-pressed", on); rest(); };

// A wide graph made to fit is too small to read: at its own size the figure scrolls to where the step is.

function follow() {
  const acting = picture.querySelector("rect.strong") ?? picture.querySelector("ellipse.strong");
  if (!acting || !figure.classList.contains("actual")) return;
  const it = acting.getBoundingClientRect();
  const room = figure.getBoundingClientRect();
  if (it.left < room.left || it.right > room.right) {
    figure.scrollLeft += (it.left + it.right - room.left - room.right) / 2;
  }
  if (it.top < room.top || it.bottom > room.bottom) {
    figure.scrollTop += (it.top + it.bottom - room.top - room.bottom) / 2;
  }
}

function offerSize() {
  by("size").hidden = fitted() > 0.85;
}

function setSize(actual) {
  figure.classList.toggle("actual", actual);
  by("size").setAttribute("aria-pressed", actual);
  follow();
}

function pause() {
  clearInterval(timer);
  timer = 0;
  by("play").textContent = words.play;
}

function play() {
  if (timer) return pause();
  if (shown === last) show(0);
  by("play").textContent = words.pause;
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
by("size").addEventListener("click", () => setSize(!figure.classList.contains("actual")));
by("motion").addEventListener("click", () => setMotion(by("motion").getAttribute("aria-pressed") !== "true"));
calm.addEventListener("change", () => setMotion(!calm.matches));
window.addEventListener("resize", offerSize);
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
setMotion(!calm.matches);
offerSize();
setSize(fitted() < 0.45);
show(Number(document.querySelector("main").dataset.start));
