// An error is shown until its answer is changed. Then its field looks like any other and its line in
// the summary disappears; whether the new answer is right is for the server to say.

document.addEventListener("input", ({ target }) => {
  const field = target.closest(".field");
  const error = field?.querySelector(".field__error");
  if (!error || error.style.visibility) return;
  field.classList.remove("field--invalid");
  for (const input of field.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
  }
  for (const described of [field, ...field.querySelectorAll("[aria-describedby]")]) {
    forget(described, error.id);
  }
  error.style.visibility = "hidden"; // keeps its space, so that nothing moves while typing
  takeFromSummary(field);
});

function forget(described, id) {
  const ids = (described.getAttribute("aria-describedby") ?? "").split(" ");
  const others = ids.filter((one) => one && one !== id);
  if (others.length) described.setAttribute("aria-describedby", others.join(" "));
  else described.removeAttribute("aria-describedby");
}

// Without an announcement, so that a screen reader stays with the field being filled in.
function takeFromSummary(field) {
  const links = [...document.querySelectorAll(".error-summary a")];
  const line = links.find((link) => field.querySelector(link.hash))?.closest("li");
  if (!line) return;
  const summary = line.closest(".error-summary");
  summary.removeAttribute("role");
  line.remove();
  const left = summary.querySelectorAll("li").length;
  const title = summary.querySelector("h2");
  if (!left) summary.remove();
  else if (left === 1) title.textContent = title.dataset.one ?? title.textContent;
  else title.textContent = title.textContent.replace(/\d+/, left);
}
