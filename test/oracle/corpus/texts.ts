/** The content of strings: ids, types, currencies, and all kinds of Unicode text. */
import { type Entry, entry, event } from "./entry.ts";

const quoted = (text: string) => JSON.stringify(text);

const EMPTY_IDS = ["", " ", "   ", "\t", "\n", "\r\n", " \t\r\n "];
/** Valid, although unusual or invisible. */
const UNUSUAL_IDS = [
  "\u00a0",
  "\u3000",
  "\u200b",
  "\u000b",
  "\f",
  "0",
  "-",
  "null",
  "undefined",
  " x ",
  "ID",
  "id",
];
const INVALID_TYPES = [
  "PURCHASE",
  "Purchase",
  " purchase",
  "purchase ",
  "purchase\n",
  "",
  "sale",
  "purchase,refund",
  "purchаse",
  "ｐurchase",
  "transfers",
  "chargeback",
];
const INVALID_CURRENCIES = [
  "usd",
  "Usd",
  "US",
  "USDX",
  "",
  "   ",
  "US1",
  "U$D",
  " USD",
  "USD ",
  "USD\n",
  "ÄÖÜ",
  "ＵＳＤ",
  "€",
  "$",
  "840",
  "ＵSD",
  "ЕUR",
];
const LONG_EMOJI = "😀".repeat(255);

const STORED: [what: string, text: string][] = [
  ["emoji", "🛒 Basket 🎉"],
  ["a family of four joined into one", "👨‍👩‍👧‍👦"],
  ["a flag, a skin tone, a variation selector", "🇪🇺👍🏽❤️"],
  ["a combining accent (NFD)", "Cafe\u0301"],
  ["the same name with a precomposed letter (NFC)", "Caf\u00e9"],
  ["twenty accents on one letter", `a${"\u0301".repeat(20)}`],
  ["right to left, with marks", "\u202eשלום مرحبا\u202c"],
  ["Chinese, Japanese, Korean, Thai", "漢字 かな 한글 ไทย"],
  ["beyond the basic plane", "𝒳𠜎𐍈\u{10ffff}"],
  ["noncharacters", "\uffff\ufffe\ufdd0"],
  ["the replacement character itself", "\ufffd"],
  ["a byte order mark inside", "a\ufeffb"],
  ["line and paragraph separators", "a\u2028b\u2029c"],
  ["zero-width characters", "\u200b\u200d\u00ad"],
  ["control characters", "\u0001\u001f\u007f\u0080\u009f"],
  ["tab, line feed, carriage return, form feed, backspace", "\t\n\r\f\b"],
  ["leading and trailing blanks", "  Voltwerk  "],
  ["only blanks", "   "],
  ["the empty string", ""],
  ["an injection", "'; DROP TABLE transactions; --"],
  ["another injection", "x'), ('y"],
  ["a union", "' UNION SELECT passwd FROM pg_shadow --"],
  ["backslashes", "\\' OR 1=1 -- \\\\"],
  ["a backslash at the end", "back\\"],
  ["quotes of all kinds", `"'\`“”‘’«»`],
  ["dollar quotes", "$$;$x$"],
  ["placeholders", "${topic} $1 ? %s :name {{x}} <%= x %>"],
  ["the NULL marker of COPY", "\\N"],
  ["the end marker of COPY", "\\."],
  ["the word NULL", "NULL"],
  ["a formula", '=HYPERLINK("http://127.0.0.1")'],
  ["markup", "<script>alert(1)</script>&amp;"],
  ["a path", "../../etc/passwd"],
  ["a log lookup", "${jndi:ldap://127.0.0.1/x}"],
  ["JSON in a string", '{"amount":1}'],
  ["a comma and a semicolon", "a,b;c|d"],
  ["255 letters", "x".repeat(255)],
  ["255 characters of four bytes", LONG_EMOJI],
  ["255 accents", "\u0301".repeat(255)],
];
/** Strings as written in JSON, and their values. */
const ESCAPED: [raw: string, text: string][] = [
  ['"\\ud83d\\ude00"', "😀"],
  ['"\\uD83D\\uDE00"', "😀"],
  ['"\\u00e9\\u0065\\u0301"', "ée\u0301"],
  ['"\\/\\b\\f\\n\\r\\t\\"\\\\"', '/\b\f\n\r\t"\\'],
  ['"\\u005c\\u0022"', '\\"'],
  ['"\\u0001\\u001F"', "\u0001\u001f"],
  ['"\\ufeff\\uffff"', "\ufeff\uffff"],
  [`"${"\\u0041".repeat(255)}"`, "A".repeat(255)],
];
const HALF_PAIRS = [
  '"\\ud800"',
  '"\\udfff"',
  '"\\ude00\\ud83d"',
  '"x\\ud83d"',
  '"\\ud83dx"',
  '"\\ud83d\\u0000"',
  '"\\ud83d\\ud83d\\ude00"',
];
const TEXT_FIELDS = [
  "transactionId",
  "userId",
  "transactionType",
  "currency",
  "transactionDate",
  "category",
  "merchant",
  "location",
];

/** Categories that must be separate rows of a table. */
const KEYS = ["books", "Books", "BOOKS", "books ", " books", "b\u00f6oks", "bo\u0308oks", "", " "];

export const texts: Entry[] = [
  ...EMPTY_IDS.flatMap((text) =>
    ["transactionId", "userId"].map((name) =>
      entry(`${name} ${quoted(text)}`, event({ [name]: quoted(text) }), `field '${name}' is empty`),
    ),
  ),
  ...UNUSUAL_IDS.flatMap((text) => [
    entry(`transactionId ${quoted(text)}`, event({ transactionId: quoted(text) }), { transactionid: text }),
    entry(`userId ${quoted(text)}`, event({ userId: quoted(text) }), { userid: text }),
  ]),
  ...INVALID_TYPES.map((text) =>
    entry(`type ${quoted(text)}`, event({ transactionType: quoted(text) }), "unknown transactionType"),
  ),
  ...INVALID_CURRENCIES.map((text) =>
    entry(
      `currency ${quoted(text)}`,
      event({ currency: quoted(text) }),
      "currency is not three capital letters",
    ),
  ),
  ...["XTS", "ZZZ", "AAA", "JPY"].map((currency) =>
    entry(`currency ${currency}`, event({ currency: quoted(currency) }), { currency }),
  ),
  ...STORED.map(([what, text]) =>
    entry(what, event({ category: quoted(text), merchant: quoted(text), location: quoted(text) }), {
      category: text,
      merchant: text,
      location: text,
    }),
  ),
  ...ESCAPED.map(([raw, text]) =>
    entry(`merchant ${raw.slice(0, 40)}`, event({ merchant: raw }), { merchant: text }),
  ),
  ...KEYS.flatMap((category) => [
    entry(`category ${quoted(category)}, bought`, event({ category: quoted(category), amount: "2.50" }), {
      category,
    }),
    entry(
      `category ${quoted(category)}, refunded`,
      event({ category: quoted(category), amount: "0.75", transactionType: '"refund"' }),
      { category },
    ),
  ]),
  ...HALF_PAIRS.map((raw) =>
    entry(`merchant ${raw}`, event({ merchant: raw }), "field 'merchant' contains half a surrogate pair"),
  ),
  ...TEXT_FIELDS.flatMap((name) => [
    entry(
      `${name} with half a pair`,
      event({ [name]: '"a\\udc00b"' }),
      `field '${name}' contains half a surrogate pair`,
    ),
    entry(
      `${name} with U+0000`,
      event({ [name]: '"a\\u0000b"' }),
      `field '${name}' contains the character U+0000`,
    ),
    entry(
      `${name} of 256 letters`,
      event({ [name]: `"${"y".repeat(256)}"` }),
      `field '${name}' is longer than 255 characters`,
    ),
  ]),
  entry(
    "256 characters of four bytes",
    event({ location: quoted(`${LONG_EMOJI}x`) }),
    "field 'location' is longer than 255 characters",
  ),
  entry(
    "256 escaped characters",
    event({ location: `"${"\\u0041".repeat(256)}"` }),
    "field 'location' is longer than 255 characters",
  ),
  entry(
    "U+0000 alone as an id",
    event({ transactionId: '"\\u0000"' }),
    "field 'transactionId' contains the character U+0000",
  ),
  entry(
    "a long string with U+0000 is reported for the character",
    event({ merchant: `"${"z".repeat(300)}\\u0000"` }),
    "field 'merchant' contains the character U+0000",
  ),
  entry(
    "ids of 255 characters",
    event({ transactionId: quoted(`long-${"i".repeat(250)}`), userId: quoted(LONG_EMOJI) }),
  ),
  entry(
    "a long blank id is reported as too long",
    event({ userId: quoted(" ".repeat(256)) }),
    "field 'userId' is longer than 255 characters",
  ),
  entry(
    "refunds beyond what was bought",
    event({ category: '"refunds only"', transactionType: '"refund"', amount: "99999.99" }),
    { transactiontype: "refund" },
  ),
  entry("transfers are not sales", event({ category: '"transfers only"', transactionType: '"transfer"' }), {
    transactiontype: "transfer",
  }),
];
