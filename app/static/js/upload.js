// Sends an upload form with its progress shown. Without this script the form is sent like any other,
// to the same address, and gets the same page back.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form) return;
  event.preventDefault();
  const input = form.querySelector("input[type=file]");
  const isTooLarge = input.files[0]?.size > Number(form.dataset.mostBytes);
  form.querySelector("#file-too-large").hidden = !isTooLarge;
  if (isTooLarge) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", "file-hint file-too-large");
    input.focus();
  } else {
    send(form);
  }
});

function send(form) {
  const bar = form.querySelector("progress");
  const request = new XMLHttpRequest();
  const wait = (isWaiting) => {
    form.querySelector("button").disabled = isWaiting;
    form.querySelector(".upload").hidden = !isWaiting;
  };
  const fail = () => {
    wait(false);
    form.querySelector("#file-not-sent").hidden = false;
  };
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.max = total;
    bar.value = loaded;
  });
  request.addEventListener("load", () => {
    if (request.response?.querySelector("main")) show(request.response);
    else fail();
  });
  request.addEventListener("error", fail);
  request.open("POST", form.action);
  request.responseType = "document";
  request.send(new FormData(form));
  form.querySelector("#file-not-sent").hidden = true;
  wait(true);
}

// The answer is a whole page, whether it took the file or says what is wrong with it.
function show(page) {
  document.title = page.title;
  const main = document.adoptNode(page.querySelector("main"));
  document.querySelector("main").replaceWith(main);
  const news = main.querySelector(".error-summary, .notice");
  news?.setAttribute("tabindex", "-1");
  news?.focus();
}
