// Fills node_modules (git-ignored) from Debian's packages, so that tsc, esbuild and node see the layout that `npm install` makes.
// Run from web/. People with npm run `npm install` instead: package.json names the same.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
const roots = (process.env.DEB_JS_ROOTS ?? "/usr/share/nodejs").split(":");
const toolsOnPath = new Set(["esbuild", "typescript"]);
const special = { "bootstrap-icons": [["/usr/share/bootstrap-icons/svg", "icons"]] };
const seen = new Set(), missing = [];
function add(name, from, optional = false) {
  if (seen.has(name) || toolsOnPath.has(name)) return;
  seen.add(name);
  const dest = join("node_modules", name);
  if (special[name]) {
    for (const [src, sub] of special[name]) {
      if (existsSync(src)) cpSync(src, join(dest, sub), { recursive: true, dereference: true });
      else missing.push(`${name} (${src})`);
    }
    return;
  }
  const root = roots.find((r) => existsSync(join(r, name)));
  if (!root) {
    if (!optional) missing.push(`${name} (wanted by ${from})`);
    return;
  }
  mkdirSync(dest, { recursive: true });
  cpSync(join(root, name), dest, { recursive: true, dereference: true });
  const manifest = join(root, name, "package.json");
  if (existsSync(manifest)) {
    for (const d of Object.keys(JSON.parse(readFileSync(manifest, "utf8")).dependencies ?? {})) add(d, name, d.startsWith("@types/"));
  }
  if (!name.startsWith("@types/")) add("@types/" + name.replace(/^@(.+?)\//, "$1__"), name, true);
}
rmSync("node_modules", { recursive: true, force: true });
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
for (const d of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) add(d, "package.json");
console.log(`web: ${seen.size} packages from ${roots.join(", ")}`);
if (missing.length) {
  console.error(`web: missing ${missing.join(", ")}`);
  process.exit(1);
}
