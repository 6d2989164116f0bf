// What is typed is kept by the page's own attributes. Here: a control says itself whether what was typed could be kept.
document.addEventListener("htmx:after:swap", (event) => {
  const control = event.detail.ctx && event.detail.ctx.sourceElement;
  if (!control || !control.matches("[data-keeps]")) return;
  const error = `${control.name}-error`;
  const wrong = document.getElementById(error) !== null;
  const ids = (control.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== error);
  if (wrong) {
    control.setAttribute("aria-invalid", "true");
    ids.push(error);
  } else {
    control.removeAttribute("aria-invalid");
  }
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
  const field = control.closest(".ds-field");
  if (field) field.classList.toggle("has-error", wrong);
});
