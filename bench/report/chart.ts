/** A bar chart of each variant's events per second, for light and dark pages. Pure. */
import type { Results } from "../measure.ts";
import { VARIANTS } from "../variants.ts";
import { compare } from "./compare.ts";

const WIDTH = 860;
const LABEL = 330;
const VALUE = 150;
const ROW = 30;
const TOP = 56;

interface Bar {
  title: string;
  value: number;
  note: string;
  kind: "original" | "ours" | "part" | "floor";
}

export function chart(results: Results): string {
  const bars = barsOf(results);
  const height = TOP + bars.length * ROW + 16;
  const longest = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map((bar, index) =>
    row(bar, TOP + index * ROW, ((WIDTH - LABEL - VALUE) * bar.value) / longest),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
  <title>Events per second, draining ${results.messages.toLocaleString("en-US")} messages</title>
  <style>
    text { font: 14px system-ui, sans-serif; fill: #24292f }
    .head { font-weight: 600; font-size: 16px }
    .note { fill: #57606a }
    .original { fill: #cf6a4c } .ours { fill: #2f7de1 } .part { fill: #8bb8f0 } .floor { fill: #b1bac4 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .note { fill: #9198a1 } .part { fill: #31588c } .floor { fill: #59636e }
    }
  </style>
  <text x="12" y="28" class="head">Events per second, draining ${results.messages.toLocaleString("en-US")} messages</text>
${rows.join("\n")}
</svg>
`;
}

function barsOf(results: Results): Bar[] {
  const lines = compare(
    results.drains,
    VARIANTS.map(({ name }) => name),
  );
  const bars = lines.map(({ variant, eventsPerSecond, ratio }): Bar => {
    const title = VARIANTS.find(({ name }) => name === variant)?.title ?? variant;
    return { title, value: eventsPerSecond, note: `× ${ratio.toFixed(2)}`, kind: kindOf(variant) };
  });
  return [...bars, { title: "Floor: COPY of the raw table", value: results.copy, note: "", kind: "floor" }];
}

function kindOf(variant: string): Bar["kind"] {
  if (variant.startsWith("original")) return "original";
  if (variant === "everything") return "ours";
  return variant === "blackhole" ? "floor" : "part";
}

function row({ title, value, note, kind }: Bar, y: number, width: number): string {
  const text = y + 17;
  const end = LABEL + width + 8;
  return [
    `  <text x="${LABEL - 10}" y="${text}" text-anchor="end">${escapeXml(title)}</text>`,
    `  <rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 8}" rx="3" class="${kind}"/>`,
    `  <text x="${end.toFixed(1)}" y="${text}">${Math.round(value).toLocaleString("en-US")} <tspan class="note">${note}</tspan></text>`,
  ].join("\n");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
