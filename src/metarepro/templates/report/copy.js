// Buttons that copy a caption or a citation.
"use strict";

for (const source of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = `Copy ${source.dataset.copy}`;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "copied";
  button.addEventListener("click", async () => {
    said.textContent = (await copied(source)) ? "Copied" : "Selected: copy it with the keyboard";
  });
  source.after(button, said);
}

/** Whether the browser let the words be copied; if not, they are selected. */
async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.innerText);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return false;
  }
}
