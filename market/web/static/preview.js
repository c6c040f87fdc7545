// A form says what it would do while it is written: <form data-preview="changes"> is sent for checking when the writer
// pauses, and the region of that id in the answer takes the place of the one shown. Without this file a button asks.

const PAUSE = 400;
let waiting = null;
let asked = 0;

async function preview(form) {
  const mine = ++asked;
  let answer;
  try {
    answer = await fetch(location.href, {
      method: "POST", headers: { Accept: "text/html" }, body: new URLSearchParams(new FormData(form)), redirect: "manual",
    });
  } catch { return; } // no connection: the next stroke asks again
  if (![200, 422].includes(answer.status)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(form.dataset.preview);
  if (mine === asked && fresh) document.getElementById(form.dataset.preview).replaceWith(document.adoptNode(fresh));
}

function soon(event) {
  const form = event.target.closest?.("form[data-preview]");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => preview(form), PAUSE);
}

document.addEventListener("input", soon);
document.querySelectorAll("form[data-preview]").forEach((form) => soon({ target: form })); // what was put back
