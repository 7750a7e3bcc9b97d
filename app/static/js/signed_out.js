// A browser may keep a page whole and show it again when somebody goes back. Once its reader has
// signed out here it is asked for anew, and whoever sits there now is asked to sign in.

const KEY = "signed out at";

function signedOutAt() {
  try {
    return Number(localStorage.getItem(KEY));
  } catch {
    return 0; // forbidden
  }
}

function noteSignOut() {
  try {
    localStorage.setItem(KEY, Date.now());
  } catch {
    // full, or forbidden
  }
}

if ("signedOut" in document.body.dataset) noteSignOut();

addEventListener("pageshow", ({ persisted }) => {
  if (!persisted || signedOutAt() < performance.timeOrigin) return;
  document.body.hidden = true; // meanwhile
  location.reload();
});
