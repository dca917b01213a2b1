/** Fields that are missing, repeated, named differently, or of another type. */
import { type Entry, entry, event, type Raw } from "./entry.ts";

const STRINGS = [
  "transactionId",
  "userId",
  "transactionType",
  "currency",
  "transactionDate",
  "category",
  "merchant",
  "location",
];
const NAMES = [...STRINGS, "amount"];
const TYPES: [raw: string, type: string][] = [
  ["7", "a number"],
  ["true", "a boolean"],
  ["null", "null"],
  ['["a"]', "an array"],
  ['{"a":"b"}', "an object"],
];
const INVALID_AMOUNTS: [raw: string, type: string][] = [
  ["false", "a boolean"],
  ["null", "null"],
  ["[]", "an array"],
  ["{}", "an object"],
  ['"ten"', "a string"],
];
/** Adds text after the last member. */
const more = (text: string, changes: Raw = {}): string => `${event(changes).slice(0, -1)},${text}}`;
/** The reason of a dead letter, with the byte offset of the repeated key's opening quote. */
const duplicated = (value: string, key: string): string =>
  `duplicated key at offset ${Buffer.byteLength(value.slice(0, value.lastIndexOf(key)))}`;

function repeated(what: string, key: string, members: string): Entry {
  const value = more(members);
  return entry(what, value, duplicated(value, key));
}

export const fieldEntries: Entry[] = [
  ...NAMES.map((name) => entry(`no ${name}`, event({ [name]: undefined }), `missing field '${name}'`)),
  ...STRINGS.flatMap((name) =>
    TYPES.map(([raw, type]) =>
      entry(`${name} is ${type}`, event({ [name]: raw }), `field '${name}' is ${type}, not a string`),
    ),
  ),
  ...INVALID_AMOUNTS.map(([raw, type]) =>
    entry(`amount is ${type}`, event({ amount: raw }), `field 'amount' is ${type}, not a number`),
  ),
  ...["Amount", "AMOUNT", " amount", "amount ", "amoumt", "amount\\u0000", "аmount"].map((name) =>
    entry(
      `a key "${name}" is not amount`,
      event({ amount: undefined, [name]: "10.25" }),
      "missing field 'amount'",
    ),
  ),
  entry(
    "snake case is another contract",
    event({ transactionId: undefined, transaction_id: '"x"' }),
    "missing field 'transactionId'",
  ),
  entry("an event in an envelope", `{"payload":${event()}}`, "missing field 'transactionId'"),
  entry("an empty object", "{}", "missing field 'transactionId'"),
  entry("an escaped key is the same key", event().replace('"amount"', '"\\u0061mo\\u0075nt"'), {
    amount: "10.25",
  }),

  ...NAMES.map((name) =>
    entry(`${name} twice`, more(`"${name}":${name === "amount" ? 1 : '"EUR"'}`), `duplicated key '${name}'`),
  ),
  entry("the same amount twice", more('"amount":10.25'), "duplicated key 'amount'"),
  entry("amount twice, once escaped", more('"\\u0061mount":1'), "duplicated key 'amount'"),
  entry("amount three times", more('"amount":1,"amount":2'), "duplicated key 'amount'"),
  entry("currency twice, of two types", more('"currency":null'), "duplicated key 'currency'"),
  entry(
    "a repeated field is found before one that is missing",
    more('"amount":1', { userId: undefined }),
    "duplicated key 'amount'",
  ),
  entry("the first repetition decides: a field's", more('"amount":1,"x":1,"x":2'), "duplicated key 'amount'"),
  repeated("the first repetition decides: another key's", '"x"', '"x":1,"x":2,"amount":1'),
  repeated("another key twice", '"note"', '"note":1,"note":1'),
  repeated("another key twice, escaped", '"n\\u006fte"', '"note":1,"n\\u006fte":1'),
  repeated("the empty key twice", '""', '"":1,"":2'),
  repeated("another key twice after letters of two bytes", '"ä"', '"ä":1,"ä":2'),
  repeated("__proto__ twice", '"__proto__"', '"__proto__":1,"__proto__":2'),
  entry("keys that differ in case are two keys", more('"Amount":1,"AMOUNT":2')),
  entry("keys that differ in Unicode form are two keys", more('"é":1,"e\\u0301":2')),
  entry("a key twice in a nested object", more('"x":{"a":1,"a":2}')),
  entry("a field's name in a nested object", more('"x":{"amount":"no","transactionId":null}')),

  entry("another field", more('"channel":"web"')),
  entry("other fields of every type", more('"a":null,"b":true,"c":[1,[2]],"d":{"e":{}},"f":-1.5e-7')),
  entry("another field's number has no bounds", more(`"x":1e${"9".repeat(400)}`)),
  entry("another field may hold U+0000", more('"x":"\\u0000","\\u0000":1')),
  entry("another field may hold half a pair", more('"x":"\\ud800","\\udfff":1')),
  entry("another field may be long", more(`"x":"${"x".repeat(5000)}","${"y".repeat(5000)}":1`)),
  entry("an empty key", more('"":0')),
  entry("keys that JavaScript knows", more('"__proto__":{"amount":1},"constructor":null,"toString":1')),
  entry("a thousand other fields", more(Array.from({ length: 1000 }, (_, i) => `"k${i}":${i}`).join(","))),
  entry(
    "fields in another order",
    `{${event()
      .slice(1, -1)
      .split(/,(?=")/)
      .reverse()
      .join(",")}}`,
  ),

  entry(
    "two faults: the first field decides",
    event({ transactionId: '""', amount: "-1" }),
    "field 'transactionId' is empty",
  ),
  entry(
    "two faults: missing later, wrong earlier",
    event({ userId: "1", location: undefined }),
    "field 'userId' is a number, not a string",
  ),
  entry(
    "two faults: type before amount",
    event({ transactionType: '"gift"', amount: "-1" }),
    "unknown transactionType",
  ),
  entry(
    "two faults: amount before currency",
    event({ amount: "0.001", currency: '"usd"' }),
    "amount has more than two decimals",
  ),
  entry(
    "two faults: currency before date",
    event({ currency: '"usd"', transactionDate: '"x"' }),
    "currency is not three capital letters",
  ),
  entry(
    "two faults: date before category",
    event({ transactionDate: '"x"', category: "1" }),
    "transactionDate is not an ISO-8601 date and time",
  ),
  entry(
    "every field wrong",
    event(Object.fromEntries(NAMES.map((name) => [name, "null"]))),
    "field 'transactionId' is null, not a string",
  ),
];
