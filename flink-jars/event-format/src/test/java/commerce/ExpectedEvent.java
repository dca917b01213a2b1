package commerce;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.TimestampData;

/**
 * A line of the corpus, as test/oracle/export-corpus.ts writes it.
 *
 * @param payload null for a message without a value
 * @param reason null for a good event
 * @param fields as {@link #textOf} gives them; empty for a bad event
 */
record ExpectedEvent(String what, byte[] payload, String reason, List<String> fields) {
    private static final String NULL = "-";

    static ExpectedEvent fromLine(String line) {
        String[] cells = line.split("\t", -1);
        byte[] payload = cells[1].equals(NULL) ? null : Base64.getDecoder().decode(cells[1]);
        String reason = cells[2].equals(NULL) ? null : cells[2];
        List<String> fields = new ArrayList<>();
        for (int i = 3; i < cells.length; i++) {
            EventField field = EventField.ALL[i - 3];
            boolean isNumber = field == EventField.AMOUNT || field == EventField.TRANSACTION_DATE;
            fields.add(isNumber ? cells[i] : decode(cells[i]));
        }
        return new ExpectedEvent(decode(cells[0]), payload, reason, fields);
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    boolean isRandom() {
        return what.startsWith("random mix ");
    }

    /** A field as text: an amount in hundredths, a date in milliseconds since 1970. */
    static String textOf(Object field) {
        if (field instanceof DecimalData amount) return String.valueOf(amount.toUnscaledLong());
        if (field instanceof TimestampData date) return String.valueOf(date.getMillisecond());
        return field.toString();
    }

    @Override
    public String toString() {
        return what;
    }
}
