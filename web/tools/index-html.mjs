// Writes dist/index.html with the hashed names of this build. No inline script or style: the CSP forbids both.
import { readFileSync, writeFileSync } from "node:fs";
const meta = JSON.parse(readFileSync("dist/meta.json", "utf8"));
const boot = JSON.parse(readFileSync("dist/boot.json", "utf8"));
const outputs = { ...boot.outputs, ...meta.outputs };
const built = (source, ext) => {
  const hit = Object.entries(outputs).find(([name, o]) => o.entryPoint === source && name.endsWith(ext));
  if (!hit) throw new Error(`No ${ext} was built from ${source}`);
  return hit;
};
const url = (name) => `/${name.replace(/^dist\//, "")}`;
const [mainName, main] = built("src/app/main.tsx", ".js");
const [bootName] = built("src/app/theme-boot.ts", ".js");
const preload = main.imports.filter((i) => i.kind === "import-statement").map((i) =>
  `    <link rel="modulepreload" href="${url(i.path)}">\n`
).join("");
writeFileSync(
  "dist/index.html",
  `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>DbTools</title>
    <link rel="icon" type="image/svg+xml" href="/favicon.svg">
    <script src="${url(bootName)}"></script>
    <link rel="stylesheet" href="${url(main.cssBundle)}">
${preload}    <script type="module" src="${url(mainName)}"></script>
  </head>
  <body>
    <div id="root"></div>
    <noscript>DbTools needs JavaScript.</noscript>
  </body>
</html>
`,
);
const kib = (names) => Math.round(names.reduce((sum, name) => sum + (outputs[name]?.bytes ?? 0), 0) / 1024);
const first = [mainName, bootName, ...main.imports.filter((i) => i.kind === "import-statement").map((i) => i.path)];
const later = Object.keys(outputs).filter((name) => name.endsWith(".js") && !first.includes(name));
console.log(
  `web: ${kib(first)} KiB of scripts at first, ${kib(later)} KiB when they are needed, ${kib(Object.keys(outputs).filter((n) => n.endsWith(".css")))} KiB of styles`,
);
