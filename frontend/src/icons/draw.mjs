// Draws the PNG icons beside it from the SVG ones: CHROMIUM=/usr/bin/chromium node src/icons/draw.mjs
// The PNG files are committed, because a build needs no browser.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const pictures = [
  { svg: "icon.svg", size: 192 },
  { svg: "icon.svg", size: 512 },
  { svg: "maskable.svg", size: 512 },
  { svg: "maskable.svg", size: 180, name: "touch-180.png" }, // iOS rounds the corners itself
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
for (const { svg, size, name } of pictures) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const drawing = await readFile(new URL(svg, import.meta.url), "utf8");
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`);
  const path = fileURLToPath(new URL(name ?? svg.replace(".svg", `-${size}.png`), import.meta.url));
  await page.screenshot({ path, omitBackground: true });
  await page.close();
}
await browser.close();
