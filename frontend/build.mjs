// Builds the pages into dist/, which is committed and embedded in the server.
//
//   node build.mjs           write dist/ and print what a visitor loads
//   node build.mjs --fresh   build aside and fail if dist/ is not exactly that
//
// The output depends on the sources and the locked packages alone, never on the folder or the machine: that is what
// makes the freshness check possible.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");

/** Each page: its HTML, and its script with the placeholder that the HTML has for it. */
const pages = [
  { html: "index.html", script: "src/app/list.ts", placeholder: "%LIST_JS%" },
  { html: "editor.html", script: "src/app/editor.ts", placeholder: "%EDITOR_JS%" },
];
const theme = "src/app/theme.ts"; // a classic script: it must run before the first paint
const styles = "src/styles/main.css";
const worker = "src/sw/worker.ts"; // a classic script, always under the same name
const manifest = "src/app/manifest.webmanifest";
/** Pictures that pages and the manifest name, with their placeholders. */
const icons = {
  "%ICON%": "icon.svg",
  "%ICON_192%": "icon-192.png",
  "%ICON_512%": "icon-512.png",
  "%MASKABLE_512%": "maskable-512.png",
  "%TOUCH_ICON%": "touch-180.png",
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  charset: "utf8",
  target: ["es2022"],
  outdir: dist, // a constant even for --fresh: names must not depend on where the files go
  outbase: ".",
  entryNames: "assets/[name]-[hash]",
  chunkNames: "assets/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  legalComments: "none", // all licences are in assets/licenses-….txt
  logLevel: "warning",
  metafile: true,
  write: false,
  loader: { ".woff2": "file", ".png": "file", ".svg": "file" },
};

async function build() {
  const results = await Promise.all([
    esbuild.build({ ...shared, entryPoints: pages.map((page) => page.script), format: "esm", splitting: true }),
    esbuild.build({ ...shared, entryPoints: [theme], format: "iife" }),
    esbuild.build({ ...shared, entryPoints: [styles] }),
  ]);
  /** @type {Map<string, Uint8Array>} path in dist, with slashes → content */
  const files = new Map();
  /** @type {Record<string, import("esbuild").Metafile["outputs"][string]>} path in dist → what esbuild knows */
  const outputs = {};
  const inputs = new Set();
  for (const result of results) {
    for (const file of result.outputFiles) files.set(relative(dist, file.path).split(sep).join("/"), file.contents);
    for (const [path, meta] of Object.entries(result.metafile.outputs)) outputs[path.replace(/^dist\//, "")] = meta;
    for (const path of Object.keys(result.metafile.inputs)) inputs.add(path);
  }

  const outputOf = (entry) => Object.keys(outputs).find((path) => outputs[path].entryPoint === entry);
  // What the worker keeps. Icons and licences are shown by what needs a network anyway.
  const kept = [...files.keys()].sort().map((path) => `/${path}`);
  const urls = new Map([
    ["%THEME_JS%", `/${outputOf(theme)}`],
    ["%CSS%", `/${outputOf(styles)}`],
    ...pages.map((page) => [page.placeholder, `/${outputOf(page.script)}`]),
  ]);
  for (const [placeholder, name] of Object.entries(icons)) {
    urls.set(placeholder, add(files, name, await readFile(join(root, "src/icons", name))));
  }
  const description = filled(manifest, await readFile(join(root, manifest), "utf8"), urls);
  urls.set("%MANIFEST%", add(files, basename(manifest), Buffer.from(description)));
  add(files, "licenses.txt", Buffer.from(await licenses(inputs)));

  const html = new Map();
  for (const page of pages) {
    const loaded = staticImports(outputs, outputOf(page.script)).slice(1);
    const preload = loaded.map((path) => `<link rel="modulepreload" href="/${path}">\n`).join("");
    const source = await readFile(join(root, "src/app", page.html), "utf8");
    html.set(
      page.html,
      source.replace("</head>", () => `${preload}</head>`),
    );
  }
  // The id of the build depends on all that is in it, on the worker, too.
  const script = await workerScript("", kept);
  const id = hashOf(...[...files, ...html].sort().flat(), script);
  files.set("sw.js", await workerScript(id, kept));
  urls.set("%BUILD%", id);
  for (const [name, source] of html) files.set(name, Buffer.from(filled(name, source, urls)));
  refuse(files, outputs);
  return { files, outputs, outputOf };
}

/** The service worker, which must know the id of its build and what to keep. */
async function workerScript(id, kept) {
  const result = await esbuild.build({
    ...shared,
    entryPoints: [worker],
    entryNames: "sw",
    format: "iife",
    define: { COLLABD_BUILD: JSON.stringify(id), COLLABD_ASSETS: JSON.stringify(kept) },
  });
  return result.outputFiles[0].contents;
}

/** Adds a file that is not esbuild's to those whose names change with their content; returns its address. */
function add(files, name, content) {
  const path = `assets/${name.replace(/(\.[^.]+)$/, `-${hashOf(content).slice(0, 8)}$1`)}`;
  files.set(path, content);
  return `/${path}`;
}

function hashOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 16).toUpperCase();
}

/** The text with all placeholders replaced. */
function filled(name, text, values) {
  let result = text;
  for (const [placeholder, value] of values) result = result.replaceAll(placeholder, value);
  const forgotten = result.match(/%[A-Z][A-Z_0-9]*%/);
  if (forgotten) throw new Error(`${name}: nothing is known for ${forgotten[0]}`);
  return result;
}

/** The output and all that it imports at once, the output first. */
function staticImports(outputs, start) {
  const found = [start];
  for (const path of found) {
    for (const imported of outputs[path].imports) {
      const name = imported.path.replace(/^dist\//, "");
      if (imported.kind === "import-statement" && !found.includes(name)) found.push(name);
    }
  }
  return found;
}

/** What must not be in a release. */
function refuse(files, outputs) {
  for (const [path, meta] of Object.entries(outputs)) {
    if (path.endsWith(".js") && meta.cssBundle) {
      throw new Error(`${path} imports CSS, which no page loads: import it in ${styles} instead`);
    }
  }
  for (const [path, content] of files) {
    if (/\.(txt|png)$/.test(path)) continue;
    const text = Buffer.from(content).toString();
    for (const leak of [root, "node_modules/", "sourceMappingURL"]) {
      if (text.includes(leak)) throw new Error(`${path} tells "${leak}"`);
    }
  }
}

/** The licences of all packages that are in the bundle. */
async function licenses(inputs) {
  const packages = new Set();
  for (const path of inputs) {
    const match = path.match(/^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (match) packages.add(match[1]);
  }
  const texts = ["Parts of these pages are made by others, under these licences."];
  for (const name of [...packages].sort()) {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).filter((entry) => /^(licen[sc]e|copying)/i.test(entry)).sort()[0];
    const text = file ? await readFile(join(folder, file), "utf8") : "(The package has no licence file.)";
    texts.push(`${name} ${version}: ${license}\n\n${text.replaceAll("\r\n", "\n").trim()}`);
  }
  return `${texts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

async function write(folder, files) {
  await rm(folder, { recursive: true, force: true });
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

function report({ files, outputs, outputOf }) {
  const size = (path) => gzipSync(files.get(path), { level: 9 }).length;
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(10);
  for (const path of [...files.keys()].sort()) {
    console.log(`${kib(files.get(path).length)} ${kib(size(path))} gzip  ${path}`);
  }
  for (const page of pages) {
    const entry = outputOf(page.script);
    const first = [page.html, outputOf(theme), outputOf(styles), ...staticImports(outputs, entry)];
    const sum = first.reduce((total, path) => total + size(path), 0);
    console.log(`${kib(sum)} gzip to open ${page.html}`);
    const later = staticImports(outputs, entry).flatMap((path) => outputs[path].imports);
    for (const imported of later.filter((each) => each.kind === "dynamic-import")) {
      const path = imported.path.replace(/^dist\//, "");
      const more = staticImports(outputs, path).filter((each) => !first.includes(each));
      const extra = more.reduce((total, each) => total + size(each), 0);
      console.log(`${kib(sum + extra)} gzip with ${basename(path)}`);
    }
  }
}

/** The first difference between dist/ and what was built, or nothing. */
async function difference(files) {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true }).catch(() => []);
  const there = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join("/"));
  const extra = there.find((path) => !files.has(path));
  if (extra) return `${extra} should not be there`;
  for (const [path, content] of files) {
    if (!there.includes(path)) return `${path} is missing`;
    if (!(await readFile(join(dist, path))).equals(content)) return `${path} differs`;
  }
  return undefined;
}

try {
  const built = await build();
  if (process.argv.includes("--fresh")) {
    const folder = await mkdtemp(join(tmpdir(), "frontend-"));
    await write(folder, built.files);
    const found = await difference(built.files);
    if (found) {
      console.error(`frontend/dist is stale: ${found} (a fresh one is in ${folder}; run "npm run build")`);
      process.exitCode = 1;
    } else {
      await rm(folder, { recursive: true });
    }
  } else {
    await write(dist, built.files);
    report(built);
  }
} catch (error) {
  if (!error.errors) console.error(`build: ${error.message}`); // esbuild has printed its own
  process.exitCode = 1;
}
