/** Charts that need no script and no colour to be read. Pure. */
import { type Html, html } from "./html.ts";

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as a person reads it. */
  readonly text: string;
}

const HEIGHT = 60;

/** A column for each value, in order, as for a time series. Hovering over one shows its text. */
export function columnChart(title: string, bars: readonly Bar[]): Html {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const columns = bars.map(({ label, value, text }, at) => {
    const height = (Math.max(0, value) / most) * HEIGHT;
    return html`<rect x="${at + 0.08}" y="${(HEIGHT - height).toFixed(2)}" width="0.84" height="${height.toFixed(2)}"><title>${label}: ${text}</title></rect>`;
  });
  const highest = bars.reduce((found, bar) => (bar.value > found.value ? bar : found), bars[0] as Bar);
  return html`<figure>
<figcaption>${title} <span>at most ${highest.text}</span></figcaption>
<svg viewBox="0 0 ${bars.length} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${title}">${columns}</svg>
<p class="axis"><span>${bars[0]?.label}</span><span>${bars.at(-1)?.label}</span></p>
</figure>`;
}

/** A row for each value, with a bar whose length compares them. */
export function barTable(title: string, bars: readonly Bar[]): Html {
  const most = Math.max(...bars.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  const rows = bars.map(
    ({ label, value, text }) =>
      html`<tr><th scope="row">${label}</th><td class="number">${text}</td><td class="bar"><i class="${value < 0 ? "below" : ""}" style="width: ${((Math.abs(value) / most) * 100).toFixed(1)}%"></i></td></tr>
`,
  );
  return html`<table class="bars"><caption>${title}</caption><tbody>
${rows}</tbody></table>`;
}
