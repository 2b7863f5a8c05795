"use strict";
// Without this the page reads as well: filler opens by a click, and the reasons show by pointer and by tab key.
(() => {
  const folds = Array.from(document.querySelectorAll("details.fold"));

  if (folds.length > 1) {
    const button = document.createElement("button");
    button.type = "button";
    const name = () => {
      button.textContent = folds.every((fold) => fold.open) ? "Fold all filler" : "Unfold all filler";
    };
    button.addEventListener("click", () => {
      const open = !folds.every((fold) => fold.open);
      for (const fold of folds) fold.open = open;
    });
    for (const fold of folds) fold.addEventListener("toggle", name);
    name();
    document.querySelector(".legend").after(button);
  }

  // A link to a folded paragraph opens its fold.
  const reveal = () => {
    const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
    const fold = target ? target.closest("details") : null;
    if (fold) fold.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Escape puts the reasons away, also while the pointer rests on the paragraph.
  let quiet = null;
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    quiet = document.querySelector(".paragraph:hover, .paragraph:focus-within");
    if (quiet) quiet.classList.add("quiet");
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  });
  const loud = () => {
    if (quiet) quiet.classList.remove("quiet");
    quiet = null;
  };
  addEventListener("focusin", loud);
  addEventListener("pointerover", (event) => {
    if (quiet && !quiet.contains(event.target)) loud();
  });
})();
