// What somebody has typed and not sent outlives a reload, a lost connection and a session that ended:
// <form data-keep="message:7"> is noted in this browser, for this person, until it is sent, thrown away or two weeks old.
// Signing out throws everything away.

const TWO_WEEKS = 14 * 24 * 3600 * 1000;
const mine = `kept:${document.body.dataset.reader}:`;
const place = (form) => mine + form.dataset.keep;

const fields = (form) => [...form.elements].filter((field) => field.name
  && field.matches("textarea, select, input:not([type=hidden], [type=password], [type=checkbox], [type=radio], [type=file])"));
const original = (field) => field.matches("select")
  ? ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value
  : field.defaultValue;

/** Every field with its place among those of its name. */
function numbered(form) {
  const seen = {};
  return fields(form).map((field) => [field, field.name, (seen[field.name] = (seen[field.name] ?? -1) + 1)]);
}

function read(form) {
  try {
    const record = JSON.parse(localStorage.getItem(place(form)));
    return record && Date.now() - record.at < TWO_WEEKS ? record : null;
  } catch { return null; }
}

function write(form, record) {
  try {
    if (record?.values.length) localStorage.setItem(place(form), JSON.stringify(record));
    else localStorage.removeItem(place(form));
  } catch { /* no room or not allowed: nothing is kept */ }
}

function keep(form) {
  const before = read(form)?.values ?? [];
  const known = ([, name, nth]) => before.find((one) => one[0] === name && one[1] === nth)?.[2];
  const values = numbered(form)
    .filter((one) => one[0].value !== original(one[0]) || one[0].value === known(one))
    .map(([field, name, nth]) => [name, nth, field.value]);
  write(form, { at: Date.now(), values });
}

/** The nth field of a name; rows are added as long as the last one can be repeated. */
function find(form, name, nth) {
  for (let tries = 0; tries < 100; tries++) {
    const found = fields(form).filter((field) => field.name === name);
    if (found[nth]) return found[nth];
    const row = found.at(-1)?.closest("[data-repeat]");
    if (!row) return null;
    const more = row.cloneNode(true);
    more.querySelectorAll("input, textarea").forEach((field) => { field.value = ""; field.defaultValue = ""; });
    row.after(more);
  }
  return null;
}

function restore(form) {
  const record = read(form);
  if (!record || (record.sent && document.querySelector(".flash.done"))) return write(form, null);
  write(form, { at: record.at, values: record.values });
  let back = false;
  for (const [name, nth, value] of record.values) {
    const field = find(form, name, nth);
    if (!field || field.value === value) continue;
    field.value = value;
    back = true;
  }
  if (!back) return;
  const step = form.closest("details");
  if (step) step.open = true;
  const note = form.querySelector("[data-kept]");
  if (!note) return;
  note.hidden = false;
  note.querySelector("button").addEventListener("click", () => {
    write(form, null);
    form.reset();
    note.hidden = true;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

document.querySelectorAll("form[data-keep]").forEach(restore);
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-keep]");
  if (form) keep(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-keep]")) {
    const record = read(form);
    if (record) write(form, { ...record, sent: true });
  } else if (form.matches('[action="/sign-out"]')) {
    try {
      Object.keys(localStorage).filter((key) => key.startsWith(mine)).forEach((key) => localStorage.removeItem(key));
    } catch { /* nothing was kept */ }
  }
});
