// Autosave for a step of the form. htmx sends what is typed and shows the response; this script
// decides whether there is anything to send, and keeps in the browser what the server lacks.
//
//   open ──typing, a pause──> sent ──200──> saved, forgotten by the browser
//     ^                        ├─ no response, 5xx, 429 ──> kept in the browser, sent again later
//     └────────────────────────┤
//                              ├─ any other 4xx ──> kept in the browser, not sent again unchanged
//                              ├─ 409, another page has saved ──> conflict, until one is chosen
//                              └─ 409, the application was sent ──> sealed
//   A press on one of the form's own buttons is "leaving": the next page shows the outcome.
//
// Each save has an id and names the saves that it has seen, so the server notices a page that has
// not seen the latest. An id is sent once, with one text.

const KEPT_DAYS = 30;
const LONGEST_WAIT_SECONDS = 30;
const WAIT_STATUSES = [408, 425, 429]; // the 4xx that only ask to wait

const form = document.querySelector("form[data-step]");
const { of_draft: ofDraft, seen_saves: seen, save_id: next } = form.elements;
const place = document.querySelector("#autosave");
const notice = document.querySelector("#autosave-notice");

let state = notice.childElementCount ? "conflict" : "open";
let saved = answers("default"); // what the server has; null if unknown
let sent = null; // { id, answers, isKept } of the request under way
let refused = null; // answers that would be refused again
const past = new Set(history.state?.past); // the ids of all saves that the fields went through
let left = null; // what was sent on leaving, whose response nobody sees
let failures = 0;
let timer;

// --- the fields

function typedFields() {
  const typed = "textarea, input:not([type=hidden], [type=file])";
  return [...form.elements].filter((field) => field.name && field.matches(typed));
}

function isChoice(field) {
  return field.type === "radio" || field.type === "checkbox";
}

// The answers as a string, for comparison; "default" gives those that the server rendered.
function answers(which = "current") {
  const now = which === "current";
  const given = typedFields().filter(
    (field) => !isChoice(field) || (now ? field.checked : field.defaultChecked),
  );
  const value = (field) => (now || isChoice(field) ? field.value : field.defaultValue);
  return JSON.stringify(given.map((field) => [field.name, value(field)]));
}

// The same normalisation as on the server (app/web/fields.py), so that both keep the same text.
function asWebAddress(typed) {
  const isBare = /^[^\s/?#@:]+\.[^\s/?#@:]+(:\d+)?([/?#]\S*)?$/.test(typed.trim());
  return isBare ? `https://${typed.trim()}` : typed;
}

form.addEventListener(
  "change",
  ({ target }) => {
    if (target.type === "url") target.value = asWebAddress(target.value);
  },
  { capture: true }, // before it is sent
);

function putBack(given) {
  for (const field of typedFields()) {
    const values = given.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isChoice(field)) field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}

function newId() {
  const words = crypto.getRandomValues(new Uint32Array(2));
  return [...words].map((word) => word.toString(36)).join("");
}

// After an id was sent: the next save builds on it.
function useNextId() {
  seen.value = `${seen.value} ${next.value}`.trim();
  past.add(next.value);
  next.value = newId();
}

// --- what the browser keeps, by draft and step: the time, the saves up to this one, the answers

function keyOf(step, draft = form.dataset.draft || "new") {
  return `unsent ${draft} ${step}`;
}

function keep() {
  const saves = `${seen.value} ${next.value}`.trim().split(" ");
  const record = { at: Date.now(), saves, answers: JSON.parse(answers()) };
  try {
    localStorage.setItem(keyOf(form.dataset.step), JSON.stringify(record));
  } catch {
    return false; // full, or forbidden
  }
  return true;
}

function records() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith("unsent "))
      .map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }));
  } catch {
    return [];
  }
}

function forget(isObsolete) {
  for (const record of records()) if (isObsolete(record)) localStorage.removeItem(record.key);
}

function isOfThisDraft({ key }) {
  return [keyOf(""), keyOf("", "new")].some((start) => key.startsWith(start));
}

// The last save of each step when the server rendered this page.
function shownSaves() {
  return JSON.parse(form.dataset.saves);
}

// Whether the record is too old, of another draft, or already on the server.
function isDone(record) {
  const saves = Object.values(shownSaves());
  const oldest = Date.now() - KEPT_DAYS * 24 * 3600 * 1000;
  return record.at < oldest || !isOfThisDraft(record) || saves.includes(record.saves.at(-1));
}

// --- sending

function send() {
  form.dispatchEvent(new CustomEvent("autosave"));
}

function sendLater() {
  failures += 1;
  clearTimeout(timer);
  timer = setTimeout(send, Math.min(2 ** failures, LONGEST_WAIT_SECONDS) * 1000);
}

form.addEventListener("htmx:configRequest", (event) => {
  if (state !== "open" || [saved, refused].includes(answers())) return event.preventDefault();
  sent = { id: next.value, answers: answers(), isKept: keep() };
  useNextId();
});

// Only our own fragments are swapped in, and none twice, so that nothing is announced twice.
form.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const isOurs = detail.xhr.getResponseHeader("HX-Trigger");
  const isNews = detail.serverResponse.trim() !== place.textContent.trim();
  detail.shouldSwap = Boolean(isOurs && isNews);
  detail.isError = false;
});

form.addEventListener("autosave:saved", ({ detail }) => {
  const ids = seen.value.split(" ");
  seen.value = [detail.save, ...ids.slice(ids.indexOf(sent.id) + 1)].join(" ");
  saved = sent.answers;
  refused = null;
  failures = 0;
  clearTimeout(timer);
  forget((record) => record.saves.at(-1) === sent.id);
  form.dataset.draft = detail.draft;
  ofDraft.value = detail.draft;
});

form.addEventListener("autosave:conflict", () => {
  state = "conflict";
});

form.addEventListener("autosave:sealed", () => {
  state = "sealed";
  forget(isOfThisDraft);
});

form.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (state !== "open" || xhr.status === 200) return;
  saved = null;
  if (isRefusal(xhr)) return tellOfRefusal(xhr.status);
  if (!xhr.getResponseHeader("HX-Trigger")) {
    const why = navigator.onLine ? "silent" : "offline";
    place.textContent = place.dataset[sent.isKept ? why : "unkept"];
  }
  sendLater();
});

// Whether the response is not autosave's own, and would be the same next time.
function isRefusal(xhr) {
  const { status } = xhr;
  const isFinal = status >= 400 && status < 500 && !WAIT_STATUSES.includes(status);
  return isFinal && !xhr.getResponseHeader("HX-Trigger");
}

function tellOfRefusal(status) {
  refused = sent.answers;
  clearTimeout(timer);
  const { tooLong, refused: why, kept } = place.dataset;
  place.textContent = `${status === 413 ? tooLong : why} ${sent.isKept ? kept : ""}`.trim();
}

// Sends what the pages of other steps could not. The review reloads to show it, but only if it lacks
// something of it, since reloading would lose what has been ticked there.
async function sendRest() {
  const own = keyOf("");
  const isRest = ({ key }) => key.startsWith(own) && key !== keyOf(form.dataset.step);
  let isNews = false;
  for (const record of records().filter(isRest)) {
    const step = record.key.slice(own.length);
    const save = await saveOf(step, record);
    if (save) forget(({ key }) => key === record.key);
    else tellOfRest(step);
    isNews ||= save && save !== shownSaves()[step];
  }
  if (form.id === "send" && isNews && !records().some(isRest)) location.reload();
}

// Saves these answers; returns the step's last save, or undefined if the server refuses them.
async function saveOf(step, { saves, answers }) {
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("of_draft", form.dataset.draft);
  body.set("seen_saves", saves.slice(0, -1).join(" "));
  body.set("save_id", saves.at(-1));
  for (const [name, value] of answers) body.append(name, value);
  const address = form.getAttribute("hx-post").replace(form.dataset.step, step);
  const answer = await fetch(address, { method: "POST", body }).catch(() => null);
  const told = JSON.parse(answer?.ok ? answer.headers.get("HX-Trigger") : null);
  return told?.["autosave:saved"].save;
}

function tellOfRest(step) {
  if (notice.querySelector(`[data-rest="${step}"]`)) return;
  const word = document.querySelector("#kept-elsewhere").content.cloneNode(true);
  const link = word.querySelector("a");
  link.href = `/apply/${step}`;
  link.dataset.rest = step;
  notice.append(word);
}

addEventListener("online", () => {
  send();
  sendRest();
});

// --- leaving, and coming back

form.addEventListener("submit", ({ submitter }) => {
  const sendsAll = form.id === "send" && !submitter?.hasAttribute("formaction");
  if (sendsAll && !failures) forget(({ key }) => key === keyOf(form.dataset.step));
  else if (answers() !== saved) keep();
  saved = null;
  state = "leaving";
  clearTimeout(timer);
  form.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: { elt: form } }));
});

notice.addEventListener("click", ({ target }) => {
  if (!target.closest("#use-other")) return;
  state = "leaving";
  forget(({ key }) => key === keyOf(form.dataset.step));
});

function leave() {
  if (state === "leaving") return useNextId();
  if (state === "sealed" || answers() === saved || answers() === left) return;
  left = answers();
  keep();
  if (state === "conflict" || answers() === refused) return;
  const body = new FormData(form);
  for (const field of form.querySelectorAll("[type=file]")) body.delete(field.name);
  fetch(form.getAttribute("hx-post"), { method: "POST", body, keepalive: true }).catch(() => {});
  saved = null;
  useNextId();
}

// The browser restores what was in the fields when a page was left; this notes which saves those
// answers are based on.
function remember() {
  history.replaceState({ ...history.state, seen: seen.value, past: [...past] }, "");
}

addEventListener("pagehide", () => {
  leave();
  remember();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") return send();
  if (state !== "leaving") leave();
  remember();
});

// If the page was rendered from a save that the restored fields have not seen, the page's answers
// are newer. Otherwise the fields are: the page may be a copy from the browser's cache.
function takeFilledIn() {
  const last = shownSaves()[form.dataset.step];
  if (history.state?.past && state === "open") {
    if (last && !past.has(last)) form.reset();
    else if (answers() !== saved) seen.value = history.state.seen;
  }
  if (last) past.add(last);
}

// By now the browser has restored the fields.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) {
    state = notice.querySelector("#use-other") ? "conflict" : "open";
    if (past.size) saved = null; // in the meantime the form may have been sent or deleted
    return send();
  }
  next.value = newId(); // a duplicated tab would have the same id
  takeFilledIn();
  if (location.hash === "#resumed") {
    forget(isOfThisDraft); // the link wins
    history.replaceState(null, "", location.pathname + location.search);
  }
  forget(isDone);
  const unsent = records().find(({ key }) =>
    [keyOf(form.dataset.step), keyOf(form.dataset.step, "new")].includes(key),
  );
  if (unsent) saved = null;
  if (unsent && state === "open") {
    if (JSON.stringify(unsent.answers) !== answers()) {
      putBack(unsent.answers);
      notice.append(document.querySelector("#put-back").content.cloneNode(true));
    }
    seen.value = unsent.saves.join(" ");
    forget(({ key }) => key === unsent.key); // sending keeps it again, under this draft's key
  }
  send();
  sendRest();
});
