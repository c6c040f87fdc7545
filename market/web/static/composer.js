// The composer. As one types, the server reads the text again (understood, fits) and keeps it as a draft; phrases light
// up in the text as their lines do. Without this file the form saves and posts by its buttons alone.

const form = document.getElementById("composer");
const text = form.elements.text;
const mirror = document.getElementById("mirror");
const kept = document.getElementById("kept");
const PARTS = ["summary", "understood", "fits"];

const sent = (more = {}) => {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  return body;
};

// ------------------------------------------------------------------ reading
let reading = null;
let soon = null;

/** Ask what is understood now; an answer that is out of date is never shown. */
async function read(more = {}) {
  clearTimeout(soon);
  reading?.abort();
  const mine = reading = new AbortController();
  let answer;
  try {
    answer = await fetch("/demands/preview", {
      method: "POST", body: sent(more), headers: { Accept: "text/html" }, signal: mine.signal, redirect: "manual",
    });
    if (!answer.ok) return;
    show(new DOMParser().parseFromString(await answer.text(), "text/html"), more);
    delete form.dataset.stale;
  } catch (error) {
    if (error.name !== "AbortError") form.dataset.stale = "";  // keep() says that there is no connection
  }
}

function later() {
  reading?.abort();
  clearTimeout(soon);
  soon = setTimeout(read, 350);
}

/** Put the fresh parts in place; the focus stays where it was, or goes to what a button brought. */
function show(page, more) {
  const focused = document.activeElement;
  const at = focused?.selectionStart;
  for (const id of PARTS) {
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    if (fresh && !fresh.isEqualNode(old)) old.replaceWith(document.adoptNode(fresh));
  }
  paint();
  if (document.activeElement === focused && focused !== document.body) return;
  const values = [...document.querySelectorAll("#understood .line-chip:not(.unscripted) [name=line_value]:not([type=hidden])")];
  const same = focused?.id && document.getElementById(focused.id);
  const next = more.add !== undefined ? values.at(-1)
    : more.drop !== undefined ? document.getElementById(`row-${more.drop}-back`)
    : more.back !== undefined ? document.getElementById(`row-${more.back}-value`) : null;
  const target = next ?? same ?? document.getElementById("h-understood");
  target.focus();
  if (target === same && at !== null && at !== undefined) target.setSelectionRange?.(at, at);
}

// ------------------------------------------------------- phrases in the text
/** [start, end, chip] of the phrases as they stand in the box now, in order, none within another. */
function phrases() {
  const value = text.value;
  const lead = value.length - value.trimStart().length;
  const points = [...value.trimStart()];
  const found = [];
  for (const chip of document.querySelectorAll("#understood .line-chip")) {
    const { start, phrase } = chip.dataset;
    if (!phrase || Number(start) < 0) continue;
    let begin = lead + points.slice(0, Number(start)).join("").length;  // the server counts characters, not units
    if (!value.startsWith(phrase, begin)) begin = value.indexOf(phrase, Math.max(0, begin - 40));
    if (begin >= 0) found.push([begin, begin + phrase.length, chip]);
  }
  found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  return found.filter(([begin], n) => !found.slice(0, n).some(([, end]) => end > begin));
}

let marks = [];

function paint() {
  mirror.replaceChildren();
  marks = [];
  let done = 0;
  for (const [begin, end, chip] of phrases()) {
    const mark = document.createElement("mark");
    mark.className = chip.classList.contains("out") ? "out" : "";
    mark.textContent = text.value.slice(begin, end);
    mirror.append(text.value.slice(done, begin), mark);
    marks.push({ begin, end, chip, mark });
    done = end;
  }
  mirror.append(text.value.slice(done), "\n");
}

const light = (one) => {
  for (const { chip, mark } of marks) {
    const on = one?.chip === chip;
    chip.classList.toggle("on", on);
    mark.classList.toggle("on", on);
  }
};
const ofChip = (node) => marks.find(({ chip }) => chip.contains(node));
const atCaret = () => marks.find(({ begin, end }) => begin <= text.selectionStart && text.selectionStart < end);
const under = (x, y) => {
  const over = document.elementsFromPoint(x, y);
  return marks.find(({ mark }) => over.includes(mark));
};

form.addEventListener("focusin", ({ target }) => light(target === text ? atCaret() : ofChip(target)));
form.addEventListener("pointermove", ({ target, clientX, clientY }) => {
  const one = target === text ? under(clientX, clientY) : ofChip(target);
  light(one ?? (document.activeElement === text ? atCaret() : ofChip(document.activeElement)));
});
document.addEventListener("selectionchange", () => { if (document.activeElement === text) light(atCaret()); });

// -------------------------------------------------------------------- draft
const LEAST = 10;  // characters before a draft is made
const EVERY = 2000;  // milliseconds between savings, and between tries
let dirty = false;
let saving = null;
let clock = null;
let over = false;

/** Keep what is typed on the server; one request at a time, so that versions follow each other. */
async function keep() {
  clock = null;
  if (saving || !dirty || over || !form.dataset.draft || text.value.trim().length < LEAST) return;
  dirty = false;
  saving = save();
  await saving;
  saving = null;
  if (dirty) clock ??= setTimeout(keep, EVERY);
}

async function save() {
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST", body: sent(), headers: { Accept: "application/json" }, redirect: "manual",
    });
    const told = await answer.json();
    if (answer.ok) {
      const first = !form.elements.version.value;
      form.elements.version.value = told.version;
      form.dataset.draft = `/demands/${told.id}/draft`;
      form.action = `/demands/${told.id}/edit`;
      if (first) history.replaceState(null, "", form.action);
      kept.textContent = told.message;
      if (form.dataset.stale !== undefined) read();
    } else if (answer.status === 401 || answer.status === 403) {
      kept.textContent = kept.dataset.refused;
      dirty = true;
    } else if (answer.status >= 500 || answer.status === 429) {
      kept.textContent = kept.dataset.wait;
      dirty = true;
    } else {
      kept.textContent = [told.detail, ...Object.values(told.errors ?? {})].filter(Boolean).join(" ");
      over = answer.status === 409;  // changed elsewhere: saving again would undo that
    }
  } catch {
    kept.textContent = kept.dataset.offline;
    dirty = true;
  }
}

function typed() {
  dirty = true;
  kept.textContent = kept.textContent && kept.dataset.wait;
  clock ??= setTimeout(keep, EVERY);
}

// ------------------------------------------------------------------- events
form.addEventListener("input", ({ target }) => {
  if (target === text) paint();
  if (target === text || target.name === "title" || target.closest("#understood")) later();
  typed();
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=drop], button[name=back], button[name=add], button[name=relax]");
  if (!button) return;
  event.preventDefault();
  read({ [button.name]: button.value }).then(typed);
});

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("#understood input")) return;
  event.preventDefault();  // Enter in a line reads it, it does not leave the page
  read();
});

let leaving = false;
form.addEventListener("submit", (event) => {
  if (!saving) { leaving = true; return; }
  event.preventDefault();  // the draft on its way first: what is sent now must follow it
  saving.then(() => form.requestSubmit(event.submitter));
});

window.addEventListener("online", keep);
document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
window.addEventListener("beforeunload", (event) => {
  if (leaving || !dirty || !form.dataset.draft || text.value.trim().length < LEAST) return;
  keep();
  event.preventDefault();
});

window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });  // it may be posted by now

if (!form.elements.version.value && !form.elements.key.value) {
  form.elements.key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
form.classList.add("lit");
paint();
if (text.value.trim().length > 1) read();
