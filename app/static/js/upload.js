// Sends an upload form and shows the progress. Without this script the form is sent like any other, to
// the same address, and gets the same page back.
"use strict";

const PATIENCE_SECONDS = 60;
const UNDER_WAY = ["moving", "stalled"];
// Which parts of the form are shown in which states of the upload.
const SHOWN = {
  ".upload": UNDER_WAY,
  "#cancel-upload": UNDER_WAY,
  "#upload-stalled": ["stalled"],
  "#upload-cancelled": ["cancelled"],
  "#file-not-sent": ["lost"],
};
const REFUSALS = ["#file-too-large", "#file-not-attached"];

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form) return;
  event.preventDefault();
  if (form.querySelector("button").getAttribute("aria-disabled") === "true") return;
  const input = form.querySelector("input[type=file]");
  takeBack(input);
  if (input.files[0]?.size > Number(form.dataset.mostBytes)) refuse(input, "file-too-large");
  else send(form);
});

// An error about one file does not apply to the next.
document.addEventListener("input", ({ target }) => {
  if (target.matches("form[data-upload] input[type=file]")) takeBack(target);
});

// People take a chosen file for attached, and the most visible button leads on without it.
document.addEventListener("click", (event) => {
  const form = document.querySelector("form[data-upload]");
  if (!form || !event.target.closest(".actions a")) return;
  const input = form.querySelector("input[type=file]");
  const told = form.querySelector("#file-not-attached");
  if (!input.files.length || !told.hidden) return;
  event.preventDefault();
  takeBack(input);
  refuse(input, told.id);
});

function takeBack(input) {
  for (const told of REFUSALS) input.form.querySelector(told).hidden = true;
  input.removeAttribute("aria-invalid");
  input.setAttribute("aria-describedby", "file-hint");
}

function refuse(input, reason) {
  input.form.querySelector(`#${reason}`).hidden = false;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `file-hint ${reason}`);
  input.focus();
}

function send(form) {
  const bar = form.querySelector("progress");
  const request = new XMLHttpRequest();
  let isSent = false;
  let timer;
  const tell = (state) => {
    clearTimeout(timer);
    showState(form, state);
    if (state === "moving") timer = setTimeout(tell, PATIENCE_SECONDS * 1000, "stalled");
  };
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.max = total;
    bar.value = loaded;
    tell("moving");
  });
  request.upload.addEventListener("load", () => (isSent = true));
  request.addEventListener("load", () => {
    clearTimeout(timer);
    if (request.response?.querySelector("main")) show(request.response);
    else tell("lost");
  });
  request.addEventListener("error", () => tell("lost"));
  request.addEventListener("abort", () => {
    if (isSent) return location.reload(); // it may already be attached; the page will show it
    tell("cancelled");
    form.querySelector("button").focus();
  });
  form.querySelector("#cancel-upload").onclick = () => request.abort();
  request.open("POST", form.action);
  request.responseType = "document";
  request.send(new FormData(form));
  bar.removeAttribute("value");
  tell("moving");
}

function showState(form, state) {
  for (const [part, states] of Object.entries(SHOWN)) {
    form.querySelector(part).hidden = !states.includes(state);
  }
  // Not `disabled`, which would make the button lose the focus.
  form.querySelector("button").setAttribute("aria-disabled", UNDER_WAY.includes(state));
}

// The response is a whole page, whether the file was accepted or not.
function show(page) {
  document.title = page.title;
  const main = document.adoptNode(page.querySelector("main"));
  document.querySelector("main").replaceWith(main);
  // Scripts inserted this way don't run. errors.js is needed, which removes errors on a new choice.
  for (const script of main.querySelectorAll("script")) import(script.src);
  const news = main.querySelector(".error-summary, .notice");
  news?.setAttribute("tabindex", "-1");
  news?.focus();
}
