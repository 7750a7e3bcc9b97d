// A page of a lab asks again by itself; while nobody sees it, it does not.
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

// The line that says how things stand stays where it is, and is changed when they do: it is read out.
document.addEventListener("htmx:afterSwap", () => {
  const line = document.getElementById("lab-standing");
  const standing = document.getElementById("lab-state")?.dataset.standing;
  if (line && standing && line.textContent !== standing) line.textContent = standing;
});
