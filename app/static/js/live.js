// Stops the polling parts of a page while the page is hidden or its reader has paused it. A part that
// says so can't be paused.
"use strict";

const ASKS_BY_ITSELF = '[hx-trigger^="every"]:not([data-never-paused])';
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

// The status line is outside the swapped part and changes only with the status, so that screen
// readers announce it.
document.addEventListener("htmx:afterSwap", () => {
  const line = document.getElementById("standing");
  const { standing } = document.querySelector("[data-standing]")?.dataset ?? {};
  if (line && standing && line.textContent !== standing) line.textContent = standing;
});
