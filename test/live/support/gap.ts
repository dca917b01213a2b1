/** Measures how long readers see no new numbers during an operation. */
import pg from "pg";

const POLL_MS = 100;

/** @returns the longest time, in seconds, in which the sums did not change */
export async function watchGap(readerUrl: string, work: () => Promise<unknown>): Promise<number> {
  const client = new pg.Client({ connectionString: readerUrl });
  await client.connect();
  let done = false;
  let longest = 0;
  const watching = (async () => {
    let last = "";
    let since = performance.now();
    while (!done) {
      const { rows } = await client.query("SELECT SUM(total_sales)::text AS seen FROM sales_per_day");
      const now = performance.now();
      longest = Math.max(longest, now - since);
      if (rows[0].seen !== last) since = now;
      last = rows[0].seen;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  })();
  try {
    await work();
  } finally {
    done = true;
    await watching;
    await client.end();
  }
  return longest / 1000;
}
