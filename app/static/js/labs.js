// A page of a lab asks again by itself; while nobody sees it, it does not.
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});
