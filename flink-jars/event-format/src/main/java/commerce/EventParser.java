package commerce;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

/** Parses an event into a row: its fields, or its payload and the reason why it is a dead letter. */
final class EventParser extends JsonReader {
    private static final int MAX_BYTES = 65_536;
    /**
     * More than the topic's limit for a message. Only one that was sent compressed can be larger, by a factor of a
     * thousand: a copy of all of it in each sink would fill the heap, again at each restart.
     */
    private static final int MAX_KEPT_BYTES = 1 << 20;

    private static final int MAX_CHARACTERS = 255;
    private static final String[] TYPES = {"purchase", "refund", "transfer"};

    private final EventTime time;
    /** Required fields, then optional ones. The arrays below have the same order. */
    private final String[] keys;

    private final byte[][] keyBytes;

    // Of the current event, by field: the first byte of its value (0 if there is none), and the value's range in
    // `text`.
    private final byte[] kind;
    private final int[] start;
    private final int[] end;
    private final boolean[] hasEscape;
    private final Set<String> otherKeys = new HashSet<>();
    private int expected;
    private String duplicate;

    EventParser(EventTime time, List<String> optional) {
        this.time = time;
        keys = Stream.concat(EventField.KEYS.stream(), optional.stream()).toArray(String[]::new);
        keyBytes = Arrays.stream(keys)
                .map(key -> key.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        kind = new byte[keys.length];
        start = new int[keys.length];
        end = new int[keys.length];
        hasEscape = new boolean[keys.length];
    }

    GenericRowData parse(byte[] payload) {
        GenericRowData row = new GenericRowData(keys.length + 2);
        try {
            read(payload);
            for (int index = 0; index < keys.length; index++) row.setField(index, valueOf(index));
            return row;
        } catch (BadEvent bad) {
            GenericRowData dead = new GenericRowData(keys.length + 2);
            // A row's event time must not be NULL, and nothing reads this one.
            dead.setField(EventField.TRANSACTION_DATE.ordinal(), TimestampData.fromEpochMillis(0));
            dead.setField(keys.length, StringData.fromString(bad.getMessage()));
            dead.setField(keys.length + 1, kept(payload));
            return dead;
        }
    }

    private static byte[] kept(byte[] payload) {
        return payload == null || payload.length <= MAX_KEPT_BYTES ? payload : Arrays.copyOf(payload, MAX_KEPT_BYTES);
    }

    /** Locates each field. */
    private void read(byte[] payload) throws BadEvent {
        if (payload == null) throw new BadEvent("null value");
        if (payload.length > MAX_BYTES)
            throw new BadEvent("payload of " + payload.length + " bytes is larger than " + MAX_BYTES);
        int illFormed = Utf8.firstIllFormed(payload);
        if (illFormed >= 0) throw new BadEvent("not valid UTF-8 at offset " + illFormed);

        text = payload;
        at = 0;
        duplicate = null;
        expected = 0;
        otherKeys.clear();
        Arrays.fill(kind, (byte) 0);
        skipBlanks();
        byte first = skipValue(1);
        skipBlanks();
        if (at < text.length) throw unexpected();
        if (first != '{') throw new BadEvent("not a JSON object but " + named(first));
        if (duplicate != null) throw new BadEvent(duplicate);
    }

    @Override
    protected void member(int depth) throws BadEvent {
        if (depth > 1) {
            super.member(depth);
            return;
        }
        int quote = at;
        skipString();
        int index = fieldOf(quote + 1, at - 1);
        skipColon();
        int value = at;
        byte first = skipValue(depth + 1);
        if (index < 0) return;
        if (kind[index] != 0 && duplicate == null) duplicate = "duplicated key '" + keys[index] + "'";
        kind[index] = first;
        start[index] = first == '"' ? value + 1 : value;
        end[index] = first == '"' ? at - 1 : at;
        hasEscape[index] = escaped;
        expected = (index + 1) % keys.length;
    }

    /** Index of the field with this key, or -1. The next field is tried first: most events have them in order. */
    private int fieldOf(int from, int to) {
        byte[] likely = keyBytes[expected];
        if (!escaped && Arrays.equals(likely, 0, likely.length, text, from, to)) return expected;
        String key = escaped ? unescape(from, to) : new String(text, from, to - from, StandardCharsets.UTF_8);
        for (int index = 0; index < keys.length; index++) if (keys[index].equals(key)) return index;
        if (!otherKeys.add(key) && duplicate == null) duplicate = "duplicated key at offset " + (from - 1);
        return -1;
    }

    private Object valueOf(int index) throws BadEvent {
        String key = keys[index];
        byte first = kind[index];
        boolean optional = index >= EventField.ALL.length;
        if (optional && (first == 0 || first == 'n')) return null;
        if (first == 0) throw new BadEvent("missing field '" + key + "'");
        boolean number = index == EventField.AMOUNT.ordinal();
        if (number ? first != '-' && (first < '0' || first > '9') : first != '"')
            throw new BadEvent("field '" + key + "' is " + named(first) + ", not a " + (number ? "number" : "string"));
        if (number)
            return DecimalData.fromUnscaledLong(
                    Amount.parse(text, start[index], end[index]), Amount.PRECISION, Amount.SCALE);

        byte[] bytes = text;
        int from = start[index];
        int to = end[index];
        if (hasEscape[index]) {
            String string = unescape(from, to);
            checkCharacters(key, string);
            bytes = string.getBytes(StandardCharsets.UTF_8);
            from = 0;
            to = bytes.length;
        }
        if (to - from > MAX_CHARACTERS && characters(bytes, from, to) > MAX_CHARACTERS)
            throw new BadEvent("field '" + key + "' is longer than " + MAX_CHARACTERS + " characters");
        if (optional) return StringData.fromBytes(bytes, from, to - from);
        return switch (EventField.ALL[index]) {
            case TRANSACTION_ID, USER_ID -> notEmpty(key, bytes, from, to);
            case TRANSACTION_TYPE -> type(bytes, from, to);
            case CURRENCY -> currency(bytes, from, to);
            case TRANSACTION_DATE -> TimestampData.fromEpochMillis(time.parse(bytes, from, to));
            default -> StringData.fromBytes(bytes, from, to - from);
        };
    }

    /** Rejects what only an escape can put into a string, as it is neither valid UTF-8 nor valid JSON. */
    private static void checkCharacters(String key, String string) throws BadEvent {
        if (string.codePoints().anyMatch(point -> point >= 0xd800 && point <= 0xdfff))
            throw new BadEvent("field '" + key + "' contains half a surrogate pair");
        if (string.indexOf(0) >= 0) throw new BadEvent("field '" + key + "' contains the character U+0000");
    }

    private static int characters(byte[] bytes, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) if ((bytes[i] & 0xc0) != 0x80) count++;
        return count;
    }

    private static StringData notEmpty(String key, byte[] bytes, int from, int to) throws BadEvent {
        for (int i = from; i < to; i++)
            if (" \t\n\r".indexOf(bytes[i]) < 0) return StringData.fromBytes(bytes, from, to - from);
        throw new BadEvent("field '" + key + "' is empty");
    }

    private static StringData type(byte[] bytes, int from, int to) throws BadEvent {
        String found = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        for (String type : TYPES) if (type.equals(found)) return StringData.fromBytes(bytes, from, to - from);
        throw new BadEvent("unknown transactionType");
    }

    private static StringData currency(byte[] bytes, int from, int to) throws BadEvent {
        boolean fits = to - from == 3;
        for (int i = from; fits && i < to; i++) fits = bytes[i] >= 'A' && bytes[i] <= 'Z';
        if (!fits) throw new BadEvent("currency is not three capital letters");
        return StringData.fromBytes(bytes, from, 3);
    }

    /** Names the type of a value by its first byte. */
    private static String named(byte first) {
        return switch (first) {
            case '{' -> "an object";
            case '[' -> "an array";
            case '"' -> "a string";
            case 't', 'f' -> "a boolean";
            case 'n' -> "null";
            default -> "a number";
        };
    }
}
