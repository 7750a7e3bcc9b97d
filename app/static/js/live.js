// Stops the polling parts of a page while the page is hidden or its reader has paused it. A part that
// says so can't be paused. A page that is no longer at its address is replaced by one that says so.
"use strict";

const ASKS_BY_ITSELF = '[hx-trigger^="every"]:not([data-never-paused])';
const pause = document.getElementById("pause");
let isPaused = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
  if (isPaused && event.target.matches(ASKS_BY_ITSELF)) event.preventDefault();
});

// The link to it was replaced. What is typed stays, and is shown again if it is sent.
document.addEventListener("htmx:responseError", ({ detail }) => {
  const isTyping = [...document.querySelectorAll("textarea")].some((field) => field.value);
  if (detail.xhr.status === 404 && !isTyping) location.reload();
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
