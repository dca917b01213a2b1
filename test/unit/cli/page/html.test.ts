import { expect, it } from "vitest";
import { html } from "../../../../cli/page/html.ts";

it("escapes what is not HTML, in texts and in attributes", () => {
  const hostile = `<b onclick="a('&')">`;
  expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
    '<p title="&lt;b onclick=&quot;a(&#39;&amp;&#39;)&quot;&gt;">&lt;b onclick=&quot;a(&#39;&amp;&#39;)&quot;&gt;</p>',
  );
});

it("leaves HTML as it is, and undefined out", () => {
  expect(html`<ul>${["a", "<"].map((item) => html`<li>${item}</li>`)}</ul>${undefined}${0}`.text).toBe(
    "<ul><li>a</li><li>&lt;</li></ul>0",
  );
});
