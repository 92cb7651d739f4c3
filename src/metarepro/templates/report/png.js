// Figures as PNG. A browser lets a page draw its own figures only if they come from a server.
"use strict";

if (location.protocol.startsWith("http")) {
  const DOTS = 300 / 96; // per CSS pixel
  for (const link of document.querySelectorAll('figcaption a[download][href$=".svg"]')) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Download PNG";
    button.addEventListener("click", () => save(link.href, DOTS));
    link.after(" ", button);
  }
}

/** Draw an SVG on white and download it. */
async function save(address, dots) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.naturalWidth * dots);
  canvas.height = Math.round(image.naturalHeight * dots);
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => {
    const made = URL.createObjectURL(blob);
    const name = address.split("/").pop().replace(/\.svg$/, ".png");
    Object.assign(document.createElement("a"), { href: made, download: decodeURIComponent(name) }).click();
    URL.revokeObjectURL(made);
  });
}
