// ---- dynamic groups: `field=value` joined by `and`, no more
export function membersOf(servers, filter, invalid) {
  let at = 1;
  const tests = filter.split(" and ").map((part) => {
    const m = /^\s*(label|engine|name|host)\s*(=|~)\s*"?([^"=()]+?)"?\s*$/.exec(part);
    if (!m) invalid("filter", `expects a comparison such as label=prod at position ${at}`);
    at += part.length + 5;
    const [, field, sign, value] = m, like = new RegExp(`^${value.replaceAll("*", ".*")}$`, "i");
    const values = { label: (s) => s.labels.map((l) => l.name), engine: (s) => [s.engine], name: (s) => [s.name], host: (s) => [s.hostname] }[field];
    return (s) => values(s).some((v) => (sign === "=" ? v.toLowerCase() === value.toLowerCase() : like.test(v)));
  });
  return servers.filter((s) => tests.every((t) => t(s)));
}
