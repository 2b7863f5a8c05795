"use strict";
// Without this the page reads as well: tables stand in their first order, and every fold opens by itself.
(() => {
  const last = Number.POSITIVE_INFINITY;

  function value(cell, numeric) {
    const text = cell ? cell.textContent.trim() : "";
    if (!numeric) return text.toLocaleLowerCase();
    const found = /^[+\-−]?[\d,]*\.?\d+/.exec(text);
    return found ? Number(found[0].replace(/,/g, "").replace("−", "-")) : last;
  }

  function sort(table, column, header) {
    const upward = header.getAttribute("aria-sort") !== "ascending";
    const numeric = header.classList.contains("number");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => [value(row.cells[column], numeric), row]);
    rows.sort(([one], [two]) => {
      // What has no number stands last either way.
      if (one === two) return 0;
      if (one === last || two === last) return one === last ? 1 : -1;
      const order = numeric ? one - two : one.localeCompare(two);
      return upward ? order : -order;
    });
    body.append(...rows.map(([, row]) => row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", upward ? "ascending" : "descending");
  }

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sort(table, column, header));
      header.append(button);
    });
  }

  // A region that is scrolled needs the keyboard; one that is not is no stop.
  const regions = document.querySelectorAll(".scroll");
  const stops = () => {
    for (const region of regions) {
      region.classList.toggle("wide", region.scrollWidth > region.clientWidth);
      const moves = region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
      region.tabIndex = moves ? 0 : -1;
    }
  };
  stops();
  addEventListener("resize", stops);

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
    opened = [];
  });
})();
