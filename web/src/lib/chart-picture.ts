// The charts of a page as one PNG: what is on screen, with titles and legends, on the page's own ground.
const padding = 16, gap = 12, titlePx = 22, legendPx = 18, headPx = 44;
/** Browsers refuse larger canvases. */
const sidePxMax = 12_000;

export function chartPicture(root: Element, title: string): Promise<Blob> {
  const figures = [...root.querySelectorAll("figure.chart")].flatMap((figure) => {
    const canvas = figure.querySelector("canvas");
    return canvas instanceof HTMLCanvasElement ? [{ figure, canvas }] : [];
  });
  const style = getComputedStyle(document.documentElement), color = (name: string): string => style.getPropertyValue(name).trim();
  const sizes = figures.map(({ canvas }) => canvas.getBoundingClientRect());
  const width = Math.max(320, ...sizes.map((s) => s.width)), columns = figures.length > 1 ? 2 : 1;
  const rowHeights: number[] = [];
  sizes.forEach((s, i) => {
    const row = Math.floor(i / columns);
    rowHeights[row] = Math.max(rowHeights[row] ?? 0, s.height + titlePx + legendPx);
  });
  const total = {
    width: padding * 2 + columns * width + (columns - 1) * gap,
    height: headPx + padding + rowHeights.reduce((sum, h) => sum + h + gap, 0),
  };
  const ratio = Math.max(0.25, Math.min(window.devicePixelRatio || 1, sidePxMax / Math.max(total.width, total.height)));
  const sheet = document.createElement("canvas");
  sheet.width = Math.round(total.width * ratio);
  sheet.height = Math.round(total.height * ratio);
  const c = sheet.getContext("2d");
  if (!c) return Promise.reject(new Error("This browser cannot draw pictures."));
  const family = getComputedStyle(document.body).fontFamily;
  c.scale(ratio, ratio);
  c.fillStyle = color("--surface");
  c.fillRect(0, 0, total.width, total.height);
  c.fillStyle = color("--fg");
  c.font = `600 15px ${family}`;
  c.fillText(title, padding, 28);
  let top = headPx;
  figures.forEach(({ figure, canvas }, i) => {
    const size = sizes[i], left = padding + (i % columns) * (width + gap);
    if (!size) return;
    c.font = `600 13px ${family}`;
    c.fillStyle = color("--fg");
    c.fillText(textOf(figure, "figcaption"), left, top + 14, width);
    c.font = `11px ${family}`;
    c.fillStyle = color("--fg-2");
    c.fillText(textOf(figure, ".keys"), left, top + titlePx + 10, width);
    c.drawImage(canvas, left, top + titlePx + legendPx, size.width, size.height);
    if (i % columns === columns - 1) top += (rowHeights[Math.floor(i / columns)] ?? 0) + gap;
  });
  return new Promise((resolve, reject) => {
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made."))), "image/png");
  });
}

function textOf(figure: Element, selector: string): string {
  return [...(figure.querySelector(selector)?.children ?? [])].map((e) => e.textContent?.trim() ?? "").filter(Boolean).join("   ");
}
