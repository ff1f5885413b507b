// Text on a colour that a user chose: black or white, whichever is read better (WCAG 2.2 relative luminance).
export function textOn(color: string): "#000000" | "#ffffff" | null {
  const luminance = luminanceOf(color);
  if (luminance === null) return null;
  // The two contrasts are (L + 0.05) / 0.05 and 1.05 / (L + 0.05); they are equal at L = sqrt(0.0525) - 0.05.
  return luminance > Math.sqrt(0.0525) - 0.05 ? "#000000" : "#ffffff";
}

export function luminanceOf(color: string): number | null {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!hex) return null;
  const linear = hex.slice(1).map((part) => {
    const c = parseInt(part, 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const [r = 0, g = 0, b = 0] = linear;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
