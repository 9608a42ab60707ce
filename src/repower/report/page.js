"use strict";
// A click on a heading sorts its table; a third click restores the order in which it was written.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const written = [...body.rows];
  const fixed = written.filter((row) => row.classList.contains("total") || row.classList.contains("sum"));
  const free = written.filter((row) => !fixed.includes(row) && !row.classList.contains("group"));
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const order = { none: "descending", descending: "ascending", ascending: "none" }[head.ariaSort || "none"];
      for (const other of table.tHead.rows[0].cells) other.ariaSort = "none";
      head.ariaSort = order;
      table.classList.toggle("sorted", order !== "none");
      body.append(...(order === "none" ? written : [...sorted(free, column, order), ...fixed]));
      for (const row of written) if (row.classList.contains("group") && order !== "none") row.remove();
    });
  });
}
function sorted(rows, column, order) {
  const key = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent;
  const none = (row) => row.cells[column].classList.contains("none") || key(row) === "";
  const sign = order === "ascending" ? 1 : -1;
  return [...rows].sort((a, b) => {
    if (none(a) || none(b)) return none(a) - none(b);
    const [x, y] = [key(a), key(b)];
    return sign * (Number.isNaN(x - y) ? x.localeCompare(y) : x - y);
  });
}
// A link to an assumption opens what it is folded in; printing opens everything.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", unfold);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((folded) => (folded.open = true)));
unfold();
// The contents show where you are.
const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
const watch = new IntersectionObserver(
  (seen) => {
    for (const entry of seen)
      if (entry.isIntersecting) {
        links.forEach((link) => link.removeAttribute("aria-current"));
        links.get(entry.target.id)?.setAttribute("aria-current", "true");
      }
  },
  { rootMargin: "-10% 0px -80% 0px" },
);
document.querySelectorAll("main > section").forEach((section) => watch.observe(section));
