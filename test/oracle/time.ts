/** ISO-8601, read by hand: no Date, whose parser forgives and whose calendar rolls 30 February over into March. */

const FORM = new RegExp(
  [
    /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)/,
    /[Tt ](?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d{0,9}))?/,
    /(?:[Zz]|(?<sign>[+-])(?<offsetHours>\d\d):?(?<offsetMinutes>\d\d))?$/,
  ]
    .map(({ source }) => source)
    .join(""),
);

const SECONDS_A_DAY = 86_400;

/** Microseconds since 1970 (a finer fraction is cut off), or what is wrong: the form, or a day or time that is not there. */
export function readTime(text: string): bigint | "form" | "no such time" {
  const parts = FORM.exec(text)?.groups;
  if (parts === undefined) return "form";
  const [year, month, day, hour, minute, second] = ["year", "month", "day", "hour", "minute", "second"].map(
    (name) => Number(parts[name]),
  ) as [number, number, number, number, number, number];
  const [offsetHours, offsetMinutes] = [Number(parts.offsetHours ?? 0), Number(parts.offsetMinutes ?? 0)];
  const exists =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  if (!exists || offsetHours > 23 || offsetMinutes > 59) return "no such time";
  const offset = (parts.sign === "-" ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60;
  const seconds =
    daysFrom1970(year, month, day) * SECONDS_A_DAY + (hour * 60 + minute) * 60 + second - offset;
  return BigInt(seconds) * 1_000_000n + BigInt((parts.fraction ?? "").padEnd(6, "0").slice(0, 6));
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function daysIn(year: number, month: number): number {
  return [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] as number;
}

/** Whole years first (a leap day every 4th, but for 3 centuries of 4), then whole months. */
function daysFrom1970(year: number, month: number, day: number): number {
  const before = (y: number) => y * 365 + Math.ceil(y / 4) - Math.ceil(y / 100) + Math.ceil(y / 400);
  let days = before(year) - before(1970) + day - 1;
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  return days;
}

/** `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, by going back the same way. */
export function formatTime(micros: bigint): string {
  const ofDay = ((micros % 86_400_000_000n) + 86_400_000_000n) % 86_400_000_000n;
  let left = Number((micros - ofDay) / 86_400_000_000n);
  let year = 1969 + Math.floor(left / 365.2425);
  while (daysFrom1970(year + 1, 1, 1) <= left) year += 1;
  left -= daysFrom1970(year, 1, 1);
  let month = 1;
  while (left >= daysIn(year, month)) left -= daysIn(year, month++);
  const two = (n: number | bigint) => String(n).padStart(2, "0");
  const seconds = ofDay / 1_000_000n;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(":");
  const fraction = String(ofDay % 1_000_000n).padStart(6, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(left + 1)} ${clock}.${fraction}`;
}
