/** ISO-8601 without Date, whose parser is lenient and whose calendar turns 30 February into 1 or 2 March. */

const FORM = new RegExp(
  [
    /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)/,
    /[Tt ](?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d{0,9}))?/,
    /(?:[Zz]|(?<sign>[+-])(?<offsetHours>\d\d):?(?<offsetMinutes>\d\d))?$/,
  ]
    .map(({ source }) => source)
    .join(""),
);

const DAY = 86_400_000;

/** UTC milliseconds since 1970, truncated; or what is invalid: the form, the day or the time. */
export function readTime(text: string): number | "form" | "day" | "time" {
  const parts = FORM.exec(text)?.groups;
  if (parts === undefined) return "form";
  const number = (name: string) => Number(parts[name] ?? 0);
  const [year, month, day] = [number("year"), number("month"), number("day")];
  const [hour, minute, second] = [number("hour"), number("minute"), number("second")];
  const [offsetHours, offsetMinutes] = [number("offsetHours"), number("offsetMinutes")];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return "day";
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return "time";
  const offset = (parts.sign === "-" ? -1 : 1) * (offsetHours * 60 + offsetMinutes);
  const minutes = (daysFrom1970(year, month, day) * 24 + hour) * 60 + minute - offset;
  return (minutes * 60 + second) * 1000 + Number((parts.fraction ?? "").padEnd(3, "0").slice(0, 3));
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function daysIn(year: number, month: number): number {
  return [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] as number;
}

/** Counts whole years first (with a leap day every 4th year, except 3 of 4 centuries), then whole months. */
function daysFrom1970(year: number, month: number, day: number): number {
  const before = (y: number) => y * 365 + Math.ceil(y / 4) - Math.ceil(y / 100) + Math.ceil(y / 400);
  let days = before(year) - before(1970) + day - 1;
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  return days;
}

/** The inverse of `readTime`: `2026-01-31 23:59:59.5` in UTC, as Postgres prints a timestamp. */
export function formatTime(time: number): string {
  const ofDay = ((time % DAY) + DAY) % DAY;
  let left = (time - ofDay) / DAY;
  let year = 1969 + Math.floor(left / 365.2425);
  while (daysFrom1970(year + 1, 1, 1) <= left) year += 1;
  left -= daysFrom1970(year, 1, 1);
  let month = 1;
  while (left >= daysIn(year, month)) left -= daysIn(year, month++);
  const padded = (n: number, digits = 2) => String(Math.floor(n)).padStart(digits, "0");
  const clock = [ofDay / 3_600_000, (ofDay / 60_000) % 60, (ofDay / 1000) % 60]
    .map((n) => padded(n))
    .join(":");
  const fraction = ofDay % 1000 === 0 ? "" : `.${padded(ofDay % 1000, 3)}`.replace(/0+$/, "");
  return `${padded(year, 4)}-${padded(month)}-${padded(left + 1)} ${clock}${fraction}`;
}
