// Every page works without this file. It brings the first error into view and keeps what is shown up to date: regions
// marked data-live="negotiation:7 match" are fetched again from the same address when such an object has changed.

const problem = document.getElementById("problem");
if (problem) problem.focus();

// ------------------------------------------------------------------ regions
/** Where the page is fetched again: its own address, or the one that holds what takes longer as well. */
let address = location.href;

/** Fetch this page again and put its live regions in place of the old ones. What somebody is typing in stays. */
export async function refresh(wanted = () => true) {
  const regions = [...document.querySelectorAll("[data-live][id]")].filter(wanted);
  if (!regions.length) return;
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "manual" });
  } catch { return; } // no connection: once there is one again, everything is fetched
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const region of regions) {
    const fresh = page.getElementById(region.id);
    if (!fresh || fresh.isEqualNode(region) || busy(region)) continue;
    const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
    region.replaceWith(document.adoptNode(fresh));
    if (focused) document.getElementById(focused)?.focus();
  }
}

/** Whether somebody has typed into the region or opened a form in it. */
function busy(region) {
  if (region.querySelector("details.step[open]")) return true;
  return [...region.querySelectorAll("input, textarea, select")].some((field) =>
    field.matches("[type=hidden]") ? false
      : field.matches("select") ? [...field.options].some((o) => o.selected !== o.defaultSelected)
      : field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked
      : field.value !== field.defaultValue);
}

const concerns = ({ kind, id }) => (region) => kind === "all"
  || region.dataset.live.split(" ").some((on) => on === kind || on === `${kind}:${id}` || on === "*");

// ------------------------------------------------------------------- stream
const MOST_SECONDS = 60;
const unheard = document.getElementById("unheard");  // says that nothing is heard; only for those who may listen
let stream = null;
let heard = false;  // whether this page has ever listened: then something may have been missed
let failures = 0;  // since it was last heard
let again = null;
let waiting = null;
let pending = [];

function listen() {
  if (stream || document.hidden) return;
  stream = new EventSource("/events");
  stream.addEventListener("ready", () => {
    if (heard) refresh();  // whatever was missed meanwhile
    heard = true;
    failures = 0;
    unheard.hidden = true;
    document.documentElement.dataset.stream = "open";
  });
  stream.addEventListener("change", (event) => {
    pending.push(concerns(JSON.parse(event.data)));
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const these = pending;
      pending = [];
      refresh((region) => these.some((one) => one(region)));
    }, 100);
  });
  stream.addEventListener("error", lost);
}

/** The browser asks again by itself when the line breaks, but never after an error for an answer (a site that is being
 * renewed behind its proxy). The first loss is not told: every stream ends after a while and begins anew. */
function lost() {
  delete document.documentElement.dataset.stream;
  failures += 1;
  unheard.hidden = failures < 2;
  if (stream.readyState !== EventSource.CLOSED) return;
  stream = null;
  const seconds = Math.min(MOST_SECONDS, 2 ** failures) * (0.5 + Math.random() / 2);  // not everybody at once
  again = setTimeout(listen, 1000 * seconds);
}

function leave() {
  clearTimeout(again);
  stream?.close();
  stream = null;
}

if (unheard && document.querySelector("[data-live]")) {
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
}

// A link marked data-later leads to this page with something more in its live regions; it is brought in at once.
const later = document.querySelector("a[data-later]");
if (later) {
  address = later.href.split("#")[0];
  refresh((region) => region.contains(later));
}

// -------------------------------------------------------------------- forms
if (document.querySelector("form[data-keep]")) import("./keep.js");

// ------------------------------------------------------------------ preview
// A form says what it would do while it is written: <form data-preview="changes"> is sent for checking when the writer
// pauses, and the region of that id in the answer takes the place of the one shown. Without this file a button asks.

const PAUSE = 400;
let pausing = null;
let asked = 0;

async function preview(form) {
  const mine = ++asked;
  let answer;
  const body = new URLSearchParams(new FormData(form));
  body.set("unfinished", "1"); // what is missing yet is no failure
  try {
    answer = await fetch(location.href, { method: "POST", headers: { Accept: "text/html" }, body, redirect: "manual" });
  } catch { return; } // no connection: the next stroke asks again
  if (answer.status !== 200) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(form.dataset.preview);
  if (mine === asked && fresh) document.getElementById(form.dataset.preview).replaceWith(document.adoptNode(fresh));
}

function soon(event) {
  const form = event.target.closest?.("form[data-preview]");
  if (!form) return;
  clearTimeout(pausing);
  pausing = setTimeout(() => preview(form), PAUSE);
}

if (document.querySelector("form[data-preview]")) document.addEventListener("input", soon);
document.querySelectorAll("form[data-preview]").forEach((form) => soon({ target: form })); // what was put back
