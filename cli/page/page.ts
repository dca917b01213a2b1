/** The page as one file, which loads nothing and runs no script. Pure. */
import { architecture } from "./architecture.ts";
import type { PageFacts } from "./facts.ts";
import { Html, html } from "./html.ts";
import {
  accountSection,
  checkpointSection,
  deadLetterSection,
  flowSection,
  salesSections,
} from "./sections.ts";

/** @param css the page's style, which must not contain `</` */
export function renderPage(facts: PageFacts, css: string): string {
  const { report, health, troubles, time } = facts;
  const { name, stack } = report.project;
  const title = `${name} ${stack}`;
  const sections = [
    accountSection(facts),
    flowSection(facts),
    ...salesSections(facts),
    checkpointSection(facts),
    deadLetterSection(facts),
  ].filter((section) => section !== undefined);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>
${new Html(css)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="${health === "healthy" ? "well" : "ill"}">${health === "healthy" ? "healthy" : "not healthy"}</p>
<p>${new Date(time).toISOString()}</p>
</header>
${troubles.map((trouble) => html`<p class="trouble" role="alert">${trouble}</p>\n`)}<main>
${architecture(report)}${sections}</main>
</body>
</html>
`.text;
}
