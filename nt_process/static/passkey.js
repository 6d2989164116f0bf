// The browser asks a passkey what the page was told to ask, and the form takes the answer with it.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) return;
  document.querySelectorAll("[data-passkey]").forEach((place) => {
    const button = place.querySelector("button");
    const problem = place.querySelector("[role=alert]");
    const form = place.closest("form");
    place.hidden = false;
    button.addEventListener("click", async () => {
      problem.hidden = true;
      const options = JSON.parse(place.dataset.options);
      try {
        const answer = place.dataset.passkey === "create"
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
        form.elements.passkey.value = JSON.stringify(answer.toJSON());
        form.requestSubmit();
      } catch (error) {
        problem.hidden = false;
      }
    });
  });
});
