// Adds copy buttons. Every page works without this file: all texts can be selected.
"use strict";

(() => {
  if (!navigator.clipboard) return;

  const said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(said);

  for (const source of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    const block = source.closest(".command");
    const term = source.closest("dd")?.previousElementSibling;
    const named = block?.querySelector("pre").getAttribute("aria-label") ?? term?.textContent ?? "";
    button.setAttribute("aria-label", `Copy: ${named}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch {
        return;
      }
      button.textContent = "Copied";
      said.textContent = "Copied";
      setTimeout(() => {
        button.textContent = "Copy";
        said.textContent = "";
      }, 1600);
    });
    if (block) block.append(button);
    else source.after(button);
  }
})();
