// Browsers keep whole pages and show them again after Back. If its reader has signed out since, such a
// page is reloaded, so that whoever is there now has to sign in.

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
  document.body.hidden = true; // until the reload
  location.reload();
});
