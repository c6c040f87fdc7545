// A pairing side by side: a line, hovered or focused, lights up the words it rests on, and the words their lines.
// Without this file the small numbers say the same.

const marked = [...document.querySelectorAll("[data-lines]")];
const numbers = (element) => element.dataset.lines.split(" ");

function light(element) {
  const wanted = element ? numbers(element) : [];
  for (const other of marked) other.classList.toggle("lit", numbers(other).some((n) => wanted.includes(n)));
}
for (const [begin, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(begin, (event) => {
    const element = event.target.closest?.("[data-lines]");
    if (element) light(element);
  });
  document.addEventListener(end, () => light(null));
}

const KEYS = {
  j: () => document.getElementById("after")?.click(),
  k: () => document.getElementById("before")?.click(),
  Escape: () => document.getElementById("list").click(),
  a: () => document.querySelector("#decision [data-key=a]")?.click(),
  d: () => document.querySelector("#decision [data-key=d]")?.click(),
};
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  KEYS[event.key]?.();
});
