/** The rule of the API: `[a-z0-9](-?[a-z0-9])*`, 3 to 50 characters. */
const pattern = /^[a-z0-9](-?[a-z0-9])*$/;
const lengthMin = 3, lengthMax = 50;

export function slugFault(slug: string): string | undefined {
  if (slug === "") return "Enter a slug";
  if (slug.length < lengthMin || slug.length > lengthMax) return `A slug has ${lengthMin} to ${lengthMax} characters`;
  return pattern.test(slug) ? undefined : "Only lower-case letters, digits and single hyphens between them";
}

/** A slug from a name: "Nörra  Energi AB" gives "norra-energi-ab". */
export function slugFrom(name: string): string {
  return name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(
    0,
    lengthMax,
  ).replace(/-+$/, "");
}
