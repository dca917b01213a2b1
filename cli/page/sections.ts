/** The parts of the page that show numbers. Pure. */
import { bytes, count, duration } from "../format.ts";
import { accountLines } from "../report/account-text.ts";
import type { Found } from "../report/facts.ts";
import { type Bar, barTable, columnChart } from "./charts.ts";
import type { PageFacts, Total } from "./facts.ts";
import { flowOf } from "./flow.ts";
import { type Html, html } from "./html.ts";

function section(title: string, content: Html | readonly Html[]): Html {
  return html`<section><h2>${title}</h2>
${content}</section>
`;
}

const note = (text: string) => html`<p class="note">${text}</p>`;

/** What there is to show; else why it is missing. */
function shown<T>(found: Found<readonly T[]>, none: string, show: (items: readonly T[]) => Html | Html[]) {
  if (!found.ok) return note(found.error);
  return found.value.length === 0 ? note(none) : show(found.value);
}

export function accountSection({ report, time }: PageFacts): Html | undefined {
  const { account, paused } = report;
  if (account === undefined) return undefined;
  const lines = accountLines(account, paused, time).map((line) => html`<li>${line}</li>`);
  return section("Every event is accounted for", html`<ul class="plain">${lines}</ul>`);
}

export function flowSection({ samples }: PageFacts): Html {
  const content = shown(samples, "Nothing was watched.", (all) => {
    const { seconds, arrived, written, latency } = flowOf(all);
    if (arrived.length === 0) return note("Too short to tell.");
    const rate = (values: readonly number[]): Bar[] =>
      values.map((value, at) => ({
        label: `${((seconds * (at + 1)) / values.length).toFixed(1)} s`,
        value,
        text: `${count(Math.round(value))} a second`,
      }));
    const average = arrived.reduce((sum, value) => sum + value, 0) / arrived.length;
    const latencyText = latency
      ? `Half of them could be read in Postgres ${duration(latency.medianMs)} after they were in Kafka, the last one after ${duration(latency.slowestMs)}.`
      : "None of them could be read in Postgres meanwhile.";
    return [
      html`<p>Watched for ${duration(seconds * 1000)}: ${count(Math.round(average * 10) / 10)} events a second arrived. ${average === 0 ? "" : latencyText}</p>`,
      columnChart("Arrived in Kafka", rate(arrived)),
      columnChart("Written to Postgres", rate(written)),
    ];
  });
  return section("Throughput and latency", content);
}

export function salesSections({ sales }: PageFacts): Html[] {
  if (sales === undefined) return [];
  const { categories, days, minutes } = sales;
  return [
    section(
      "Sales by category",
      shown(categories, "No sales yet.", (totals) =>
        byCurrency(totals).map(([currency, bars]) => barTable(currency, bars)),
      ),
    ),
    section(
      "Sales by day",
      shown(days, "No sales yet.", (totals) =>
        byCurrency(totals).map(([currency, bars]) => columnChart(currency, bars)),
      ),
    ),
    section(
      "Sales by minute",
      shown(minutes, "No minute is complete yet.", (all) =>
        columnChart(
          "Number of sales in all currencies, by Kafka's clock (UTC)",
          all.map(({ end, sales }) => ({
            label: new Date(end).toISOString().slice(11, 16),
            value: sales,
            text: count(sales),
          })),
        ),
      ),
    ),
  ];
}

/** In the order in which they come. */
function byCurrency(totals: readonly Total[]): [currency: string, bars: Bar[]][] {
  const currencies = [...new Set(totals.map(({ currency }) => currency))];
  return currencies.map((currency) => {
    const own = totals.filter((total) => total.currency === currency);
    return [currency, own.map(({ of, total }) => ({ label: of, value: Number(total), text: amount(total) }))];
  });
}

/** 1,234,567.80: from the decimal number itself, which may be larger than a double is exact. */
function amount(total: string): string {
  const [, sign = "", whole = total, fraction = ""] = /^(-?)(\d+)(\.\d+)?$/.exec(total) ?? [];
  return `${sign}${whole.replace(/\B(?=(?:\d{3})+$)/g, ",")}${fraction}`;
}

export function checkpointSection({ checkpoints, time }: PageFacts): Html | undefined {
  if (checkpoints === undefined) return undefined;
  const content = shown(checkpoints, "None yet.", (all) => {
    const rows = all.map(
      ({ id, status, at, durationMs, bytes: size }) =>
        html`<tr><th scope="row">${id}</th><td>${status.toLowerCase()}</td><td class="number">${duration(time - at)} ago</td><td class="number">${durationMs} ms</td><td class="number">${bytes(size)}</td></tr>
`,
    );
    return html`<table><thead><tr><th scope="col">Number</th><th scope="col">Status</th><th scope="col" class="number">Started</th><th scope="col" class="number">Took</th><th scope="col" class="number">State</th></tr></thead><tbody>
${rows}</tbody></table>`;
  });
  return section("Checkpoints", content);
}

export function deadLetterSection({ report }: PageFacts): Html | undefined {
  const { deadLetters, rows } = report;
  if (deadLetters === undefined) return undefined;
  const all = rows?.ok ? rows.value.dead_letters : undefined;
  const total = all === undefined ? "" : ` The table has ${count(all)} in all.`;
  const bars = deadLetters.map(({ reason, events }) => ({
    label: reason,
    value: events,
    text: count(events),
  }));
  return section(
    "Dead letters",
    bars.length === 0
      ? note(`None in the last hour.${total}`)
      : [barTable("In the last hour", bars), note(total.trim())],
  );
}
