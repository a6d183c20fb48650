// Looks at pages with axe-core in a real browser: on a wide and a narrow screen, and as paper. One violation, and it fails.
//   node check.mjs FOLDER [--pictures FOLDER]
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [folder, , pictures] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node check.mjs FOLDER [--pictures FOLDER]");
  process.exit(2);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const views = [
  { name: "wide", width: 1280, media: "screen" },
  // 1280 pixels at 400 %: WCAG 2.2, 1.4.10.
  { name: "narrow", width: 320, media: "screen" },
  { name: "paper", width: 794, media: "print" },
];

/**
 * Whether axe's doubt says nothing: it does not judge the contrast of one digit, nor of what a narrow table has scrolled out of sight, which
 * the wide view shows, nor of the text of a drawing, which stands in the same ink on the white of the page.
 */
function isExcused(node, view) {
  const key = node.any[0]?.data?.messageKey;
  const isDrawn = key === "imgNode" && node.html.startsWith("<text ");
  return isDrawn || key === "shortTextContent" || (view.name === "narrow" && key === "elmPartiallyObscured");
}

/** What is wrong with the page in this view: what axe found, what it loads, and whether it scrolls sideways. */
async function faults(browser, file, view) {
  const page = await browser.newPage({ viewport: { width: view.width, height: 900 } });
  const loaded = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.emulateMedia({ media: view.media });
  await page.goto(pathToFileURL(file).href);
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations", "incomplete"] }));
  const undecided = result.incomplete.map((rule) => ({ ...rule, nodes: rule.nodes.filter((node) => !isExcused(node, view)) }));
  const found = [...result.violations, ...undecided].flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 120)} ${node.failureSummary ?? ""}`));
  if (result.passes.length < 10) found.push(`axe passed only ${result.passes.length} rules: did it see the page?`);
  if (loaded.length > 1) found.push(`loads ${loaded.slice(1).join(", ")}`);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wider > 0) found.push(`${wider} pixels too wide`);
  if (pictures) await page.screenshot({ path: path.join(pictures, `${path.basename(file, ".html")}-${view.name}.png`), fullPage: true });
  await page.close();
  return found;
}

const files = readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
if (pictures) mkdirSync(pictures, { recursive: true });
// Root has no sandbox in Chromium, and CI is root.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0;
let failed = 0;
for (const name of files) {
  for (const view of views) {
    const found = await faults(browser, path.join(folder, name), view);
    if (found.length === 0) passed += 1;
    else failed += 1;
    for (const fault of found) console.error(`${name} (${view.name}): ${fault}`);
  }
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
