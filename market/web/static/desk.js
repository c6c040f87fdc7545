// The worklist by keyboard, and ten seconds to think again. Without this file the same buttons ask before they act.
import { refresh } from "./app.js";

const form = document.getElementById("worklist");
const toast = document.getElementById("toast");
const [words, undo] = toast.children;
const HELD_MS = 10_000;
let held = null;

// ------------------------------------------------------------------ the row
const rows = () => [...form.querySelectorAll("tbody tr")];
const current = () => document.activeElement?.closest("tbody tr");
let last = 0;  // where one was, for when the row goes

function go(step) {
  const all = rows();
  if (!all.length) return;
  const here = current();
  const next = here ? all.indexOf(here) + step : Math.min(last, all.length - 1);
  all[Math.max(0, Math.min(all.length - 1, next))].querySelector("a.what").focus();
}
form.addEventListener("focusin", () => { if (current()) last = rows().indexOf(current()); });

// ------------------------------------------------------- decisions in waiting
function say(text, undoable) {
  words.textContent = text;
  undo.hidden = !undoable;
  toast.hidden = false;
}

function mark() {
  for (const row of rows()) row.classList.toggle("going", Boolean(held?.ids.includes(row.id)));
}

/** Keep the decision back for ten seconds; the one before goes out at once. */
async function hold(button) {
  const body = new URLSearchParams(new FormData(form));
  const one = button.name === "one";
  const boxes = one ? [] : [...form.querySelectorAll("[name=row]:checked")];
  const these = one ? [button.closest("tr")] : boxes.map((box) => box.closest("tr"));
  if (!these.length) return;
  if (one) body.delete("row");
  body.set(button.name, button.value);
  body.set("confirmed", "yes");
  const before = held;
  clearTimeout(before?.timer);
  held = { body, ids: these.map((row) => row.id), timer: setTimeout(send, HELD_MS) };
  boxes.forEach((box) => { box.checked = false; });
  const title = these.length > 1 ? these.length : these[0].querySelector("a.what").textContent;
  say(`${button.textContent.trim()} · ${title}`, true);
  mark();
  if (these.includes(current())) go(1);
  if (before) await deliver(before.body);
}

/** Send it. (``form.action`` would be the buttons of that name.) */
async function deliver(body, keepalive = false) {
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body, keepalive, headers: { Accept: "text/html" } });
  if (answer.ok) return refresh();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  say(page.getElementById("problem")?.textContent.replace(/\s+/g, " ").trim() || page.title, false);
  return refresh();
}

function release() {
  clearTimeout(held?.timer);
  const given = held;
  held = null;
  toast.hidden = true;
  return given;
}

async function send() {
  const given = release();
  if (given) await deliver(given.body);
}

function takeBack() {
  const given = release();
  mark();
  if (given) document.getElementById(given.ids[0])?.querySelector("a.what").focus();
}
undo.addEventListener("click", takeBack);
addEventListener("pagehide", () => { const given = release(); if (given) deliver(given.body, true); });

form.addEventListener("submit", (event) => {
  const asked = event.submitter?.value.split(" ")[0];
  if (!["approve", "put_off", "take_back"].includes(asked)) return;
  event.preventDefault();
  hold(event.submitter);
});

// What was fetched anew looks like what it replaced: what is on its way stays marked, and one keeps one's place.
new MutationObserver(() => {
  mark();
  if (document.activeElement === document.body && last >= 0 && rows().length && form.dataset.keys) go(0);
}).observe(form, { childList: true });

// --------------------------------------------------------------------- keys
const press = (key) => {
  const ticked = form.querySelector("[name=row]:checked");
  const bulk = { a: "approve", d: "decline", s: "put_off" }[key];
  const button = ticked ? form.querySelector(`[name=action][value=${bulk}]`) : current()?.querySelector(`[data-key=${key}]`);
  button?.click();
};
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => press("a"),
  d: () => press("d"),
  s: () => press("s"),
  x: () => current()?.querySelector("[name=row]")?.click(),
  g: () => form.querySelector(".bulk select")?.focus(),
  u: takeBack,
  "/": () => document.getElementById("q").focus(),
  "?": () => { const keys = document.getElementById("keys"); keys.open = !keys.open; if (keys.open) keys.querySelector("summary").focus(); },
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("textarea, select, input:not([type=checkbox])");
  if (event.key === "Escape" && typing) return event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return undefined;
  event.preventDefault();
  form.dataset.keys = "on";
  return KEYS[event.key]();
});
