// Rows of a form's table are added and taken out at once; without this file the buttons send the form and it comes back.

for (const table of document.querySelectorAll("table[data-rows]")) {
  const body = table.tBodies[0];
  const form = table.closest("form");
  const blank = body.lastElementChild.cloneNode(true);

  const add = () => {
    const row = blank.cloneNode(true);
    for (const field of row.querySelectorAll("input")) field.value = "";
    body.append(row);
    row.querySelector("input").focus();
  };

  form.querySelector("[data-more]").addEventListener("click", (event) => {
    event.preventDefault();
    add();
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=remove]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("tr");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (next) next.querySelector("input").focus();
    else add();
  });
  body.addEventListener("keydown", (event) => {  // Enter in the last row goes on to a new one
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    const row = event.target.closest("tr");
    if (row === body.lastElementChild) add();
    else row.nextElementSibling.querySelector("input").focus();
  });
}
