// Autosave of a step of the form. htmx sends what is typed and shows the answer; this decides
// whether there is anything to send, and keeps in the browser what the server does not have yet.
//
//   open ──typing, a pause──> sent ──200──> saved, forgotten by the browser
//     ^                        ├─ no answer, 5xx, 429 ──> kept in the browser, sent again later
//     └────────────────────────┤
//                              ├─ any other 4xx ──> kept in the browser, not sent again as it is
//                              ├─ 409, another page has saved ──> conflict, until one is chosen
//                              └─ 409, the application is sent ──> sealed
//   A press on one of the form's own buttons is "leaving": the page that follows tells the rest.
//
// Each save has an id, and names those that it builds on: so the server can tell a page that has
// not seen the last one. An id goes out once, with one text.

const KEPT_DAYS = 30;
const LONGEST_WAIT_SECONDS = 30;
const WAIT_STATUSES = [408, 425, 429]; // of those from 400 on, they ask for patience alone

const form = document.querySelector("form[data-step]");
const { of_draft: ofDraft, seen_saves: seen, save_id: next } = form.elements;
const place = document.querySelector("#autosave");
const notice = document.querySelector("#autosave-notice");

let state = notice.childElementCount ? "conflict" : "open";
let saved = answers("default"); // what the server has; null while that is not known
let sent = null; // { id, answers } of the request under way
let refused = null; // what will be refused again, unless it is changed
const past = new Set(history.state?.past); // every save that the fields have been
let left = null; // what was sent on leaving; nobody hears the answer to that
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

// The answers as text, to compare; "default" as the server has rendered them.
function answers(which = "current") {
  const now = which === "current";
  const given = typedFields().filter(
    (field) => !isChoice(field) || (now ? field.checked : field.defaultChecked),
  );
  const value = (field) => (now || isChoice(field) ? field.value : field.defaultValue);
  return JSON.stringify(given.map((field) => [field.name, value(field)]));
}

// As the server stores it (app/web/fields.py): what is kept here must not differ from that.
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

// After an id has gone out: what comes next builds on it.
function useNextId() {
  seen.value = `${seen.value} ${next.value}`.trim();
  past.add(next.value);
  next.value = newId();
}

// --- what the browser keeps, by draft and step: when, the saves up to this one, and the answers

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

// The last save of each step that the server had when it made this page.
function shownSaves() {
  return JSON.parse(form.dataset.saves);
}

// Too old, of a draft that this browser has set aside, or its last save is one that the server has.
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

// Only our own fragments are put into the page; the same word is not said twice.
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

// An answer that is not autosave's own, and would be the same the next time.
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

// What the pages of other steps could not send. The review shows it, once it is saved; where it was
// made with all of it, it stays as it is, and so does what has been ticked there.
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

// The step's last save, once the server has these answers; undefined if it does not take them.
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

// The browser fills in by itself what stood in the fields when a page was left; on which saves that
// builds is told here.
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

// Where the page was made of a save that those fields did not know, its answers are the newer ones.
// Otherwise the fields are: the page may be a copy that the browser has kept.
function takeFilledIn() {
  const last = shownSaves()[form.dataset.step];
  if (history.state?.past && state === "open") {
    if (last && !past.has(last)) form.reset();
    else if (answers() !== saved) seen.value = history.state.seen;
  }
  if (last) past.add(last);
}

// Once the browser has restored what it restores by itself.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) {
    state = notice.querySelector("#use-other") ? "conflict" : "open";
    if (past.size) saved = null; // since it was left the form may have been sent, or deleted
    return send();
  }
  next.value = newId(); // a copy of this tab would have the same
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
    forget(({ key }) => key === unsent.key); // sending keeps it again, under this draft
  }
  send();
  sendRest();
});
