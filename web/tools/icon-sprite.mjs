// Builds src/components/icon-sprite.svg (git-ignored) from the icons that src/components/icon-names.ts lists.
import { readFileSync, writeFileSync } from "node:fs";
const list = readFileSync("src/components/icon-names.ts", "utf8").split("as const")[0];
const names = [...new Set([...list.matchAll(/"([a-z0-9-]+)"/g)].map((m) => m[1]))].sort();
const symbols = names.map((name) => {
  const svg = readFileSync(`node_modules/bootstrap-icons/icons/${name}.svg`, "utf8");
  const shapes = svg.replace(/[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").trim().replace(/\s*\n\s*/g, "");
  return `<symbol id="i-${name}" viewBox="0 0 16 16">${shapes}</symbol>`;
});
writeFileSync("src/components/icon-sprite.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
console.log(`web: ${names.length} icons`);
