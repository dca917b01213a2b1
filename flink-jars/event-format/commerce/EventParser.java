package commerce;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

/** Takes an event to pieces, once: a row of its fields, or of the payload and the reason why it cannot be used. */
final class EventParser extends JsonReader {
    private static final int MAX_BYTES = 65_536;
    private static final int MAX_CHARACTERS = 255;
    private static final int REASON = EventField.ALL.length;
    private static final int PAYLOAD = REASON + 1;
    private static final String[] TYPES = {"purchase", "refund", "transfer"};

    private final EventTime time;

    // Of the event at hand, by field: the byte that its value begins with (0: there is none), and where it lies.
    private final byte[] kind = new byte[REASON];
    private final int[] start = new int[REASON];
    private final int[] end = new int[REASON];
    private final boolean[] hasEscape = new boolean[REASON];
    private final Set<String> otherKeys = new HashSet<>();
    private EventField expected;
    private String duplicate;

    EventParser(EventTime time) {
        this.time = time;
    }

    GenericRowData parse(byte[] payload) {
        GenericRowData row = new GenericRowData(PAYLOAD + 1);
        try {
            read(payload);
            for (EventField field : EventField.ALL) row.setField(field.ordinal(), valueOf(field));
            return row;
        } catch (BadEvent bad) {
            GenericRowData dead = new GenericRowData(PAYLOAD + 1);
            // A row's event time must not be NULL; no one looks at this one.
            dead.setField(EventField.TRANSACTION_DATE.ordinal(), TimestampData.fromEpochMillis(0));
            dead.setField(REASON, StringData.fromString(bad.getMessage()));
            dead.setField(PAYLOAD, payload);
            return dead;
        }
    }

    /** Finds out where each field lies. */
    private void read(byte[] payload) throws BadEvent {
        if (payload == null) throw new BadEvent("null value");
        if (payload.length > MAX_BYTES)
            throw new BadEvent("payload of " + payload.length + " bytes is larger than " + MAX_BYTES);
        int fault = Utf8.firstFault(payload);
        if (fault >= 0) throw new BadEvent("not valid UTF-8 at offset " + fault);

        text = payload;
        at = 0;
        duplicate = null;
        expected = EventField.ALL[0];
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
        EventField field = fieldOf(quote + 1, at - 1);
        skipColon();
        int value = at;
        byte first = skipValue(depth + 1);
        if (field == null) return;
        int index = field.ordinal();
        if (kind[index] != 0 && duplicate == null) duplicate = "duplicated key '" + field.key + "'";
        kind[index] = first;
        start[index] = first == '"' ? value + 1 : value;
        end[index] = first == '"' ? at - 1 : at;
        hasEscape[index] = escaped;
        expected = EventField.ALL[(index + 1) % REASON];
    }

    /** The field of this key; most events have them in order. */
    private EventField fieldOf(int from, int to) {
        if (isKey(expected, text, from, to)) return expected;
        String key = escaped ? unescape(from, to) : new String(text, from, to - from, StandardCharsets.UTF_8);
        for (EventField field : EventField.ALL) if (field.key.equals(key)) return field;
        if (!otherKeys.add(key) && duplicate == null) duplicate = "duplicated key at offset " + (from - 1);
        return null;
    }

    private static boolean isKey(EventField field, byte[] text, int from, int to) {
        return Arrays.equals(field.keyBytes, 0, field.keyBytes.length, text, from, to);
    }

    private Object valueOf(EventField field) throws BadEvent {
        int index = field.ordinal();
        boolean number = field == EventField.AMOUNT;
        byte first = kind[index];
        if (first == 0) throw new BadEvent("missing field '" + field.key + "'");
        if (number ? first != '-' && (first < '0' || first > '9') : first != '"')
            throw new BadEvent("field '" + field.key + "' is " + named(first) + ", not a " + (number ? "number" : "string"));
        if (number)
            return DecimalData.fromUnscaledLong(
                    Amount.parse(text, start[index], end[index]), Amount.PRECISION, Amount.SCALE);

        byte[] bytes = text;
        int from = start[index];
        int to = end[index];
        if (hasEscape[index]) {
            String string = unescape(from, to);
            checkCharacters(field, string);
            bytes = string.getBytes(StandardCharsets.UTF_8);
            from = 0;
            to = bytes.length;
        }
        if (to - from > MAX_CHARACTERS && characters(bytes, from, to) > MAX_CHARACTERS)
            throw new BadEvent("field '" + field.key + "' is longer than " + MAX_CHARACTERS + " characters");
        return switch (field) {
            case TRANSACTION_ID, USER_ID -> notEmpty(field, bytes, from, to);
            case TRANSACTION_TYPE -> type(bytes, from, to);
            case CURRENCY -> currency(bytes, from, to);
            case TRANSACTION_DATE -> TimestampData.fromEpochMillis(time.parse(bytes, from, to));
            default -> StringData.fromBytes(bytes, from, to - from);
        };
    }

    /** Only an escape can bring in what UTF-8 or JSON would not let through. */
    private static void checkCharacters(EventField field, String string) throws BadEvent {
        if (string.codePoints().anyMatch(point -> point >= 0xd800 && point <= 0xdfff))
            throw new BadEvent("field '" + field.key + "' contains half a surrogate pair");
        if (string.indexOf(0) >= 0) throw new BadEvent("field '" + field.key + "' contains the character U+0000");
    }

    private static int characters(byte[] bytes, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) if ((bytes[i] & 0xc0) != 0x80) count++;
        return count;
    }

    private static StringData notEmpty(EventField field, byte[] bytes, int from, int to) throws BadEvent {
        for (int i = from; i < to; i++)
            if (" \t\n\r".indexOf(bytes[i]) < 0) return StringData.fromBytes(bytes, from, to - from);
        throw new BadEvent("field '" + field.key + "' is empty");
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

    /** What a value is that begins with this byte. */
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
