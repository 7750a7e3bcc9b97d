// A part of a page asks again by itself. While nobody sees the page, or its reader has paused it, it
// does not.
"use strict";

const ASKS_BY_ITSELF = '[hx-trigger^="every"]';
const pause = document.getElementById("pause");
let isPaused = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
  if (isPaused && event.target.matches(ASKS_BY_ITSELF)) event.preventDefault();
});

if (pause) {
  pause.hidden = false;
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    [pause.textContent, pause.dataset.other] = [pause.dataset.other, pause.textContent];
  });
}

// The line that says how things stand stays where it is, and is changed when they do: it is read out.
document.addEventListener("htmx:afterSwap", () => {
  const line = document.getElementById("standing");
  const { standing } = document.querySelector("[data-standing]")?.dataset ?? {};
  if (line && standing && line.textContent !== standing) line.textContent = standing;
});
