// Small comforts; every page works without them.
// After a refused form, focus goes to the summary of what is wrong.
document.addEventListener("DOMContentLoaded", () => {
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();
});
// Whoever signs out leaves nothing behind in the window, also when the server cannot be reached.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]")) setTimeout(() => document.body.replaceChildren());
});
// A page that has been left open for longer than a session lasts is asked for anew, and is then the one to sign in on.
// What somebody has typed and not sent stays.
document.addEventListener("DOMContentLoaded", () => {
  const minutes = Number(document.body.dataset.idleMinutes);
  if (!minutes) return;
  let typed = false;
  let last = Date.now();
  document.addEventListener("input", () => { typed = true; });
  document.addEventListener("htmx:after:request", () => { last = Date.now(); });
  setInterval(() => {
    if (!typed && Date.now() - last > (minutes + 1) * 60000) window.location.replace(window.location.pathname + window.location.search);
  }, 60000);
});
// Select-all in a table of check boxes.
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-select-all]");
  if (!all) return;
  const boxes = document.querySelectorAll(`input[name="${all.dataset.selectAll}"]`);
  boxes.forEach((box) => { box.checked = all.checked; });
});
// An open menu closes on Escape and when focus leaves it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details:is(.menu, .more)[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details:is(.menu, .more)[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
// A drawing that is wider than the screen opens at the state the case is in.
document.addEventListener("DOMContentLoaded", () => {
  const here = document.querySelector(".diagram .current");
  const frame = here && here.closest(".diagram");
  if (!frame) return;
  const place = here.getBoundingClientRect();
  frame.scrollLeft += place.left + place.width / 2 - frame.getBoundingClientRect().left - frame.clientWidth / 2;
});
