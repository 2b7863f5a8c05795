"use strict";
// Without this script the page reads as well: filler opens by a click, and the reasons show by pointer and tab key.
(() => {
  const folds = Array.from(document.querySelectorAll("details.fold"));

  const legend = document.querySelector(".legend");
  const folding = legend.querySelector(".folding");
  const follow = () => {
    if (folding) folding.textContent = folds.some((fold) => !fold.open) ? ", folded" : "";
  };
  for (const fold of folds) fold.addEventListener("toggle", follow);
  follow();

  const story = Array.from(document.querySelectorAll(".paragraph.core .text"), (text) => text.textContent).join("\n\n");
  if (story) {
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "copy";
    copy.textContent = "Copy the story";
    copy.addEventListener("click", () => {
      // The clipboard of the page is not there for every file that is opened from a disk; a selection is.
      const area = document.createElement("textarea");
      area.value = story;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      copy.textContent = done ? "Copied" : "Not copied: select the text";
    });
    legend.after(copy);
  }

  if (folds.length > 1) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "folds";
    const name = () => {
      button.textContent = folds.every((fold) => fold.open) ? "Fold all filler" : "Unfold all filler";
    };
    button.addEventListener("click", () => {
      const open = !folds.every((fold) => fold.open);
      for (const fold of folds) fold.open = open;
    });
    for (const fold of folds) fold.addEventListener("toggle", name);
    name();
    legend.after(button);
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
