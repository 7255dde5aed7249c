/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a page can do better with a script: copy, print, and go on to an
 * application without a click.  Buttons that need it are hidden until it is
 * there.
 */
"use strict";

function textToCopy(button) {
  const list = document.getElementById(button.dataset.copyFrom || "");
  if (list === null)
    return button.dataset.copy;
  return [...list.querySelectorAll("code")]
    .map(code => code.textContent).join("\n");
}

async function copy(button) {
  const words = button.textContent;
  await navigator.clipboard.writeText(textToCopy(button));
  button.textContent = button.dataset.done;
  button.setAttribute("role", "status");
  setTimeout(() => {
    button.textContent = words;
    button.removeAttribute("role");
  }, 4000);
}

for (const button of document.querySelectorAll("[data-copy], [data-copy-from]")) {
  button.hidden = navigator.clipboard === undefined;
  button.addEventListener("click", () => copy(button));
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const form of document.querySelectorAll("form[data-submit]"))
  form.submit();
