package commerce.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;

/**
 * A value in Postgres's text form and in its binary form, as Postgres 15 itself gave them. The live test of the sink
 * compares the file with the server.
 *
 * @param name Postgres's name of the type
 */
record BinaryForm(LogicalType type, String name, String text, byte[] bytes) {
    static Stream<BinaryForm> all() throws IOException {
        try (InputStream file = BinaryForm.class.getResourceAsStream("/binary-forms.tsv")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(BinaryForm::fromLine);
        }
    }

    private static BinaryForm fromLine(String line) {
        String[] cells = line.split("\t", -1);
        LogicalType type = LogicalTypeParser.parse(cells[0], BinaryForm.class.getClassLoader());
        return new BinaryForm(type, cells[1], cells[2], HexFormat.of().parseHex(cells[3]));
    }

    /** The value as Flink's rows hold it. */
    Object value() {
        return switch (type.getTypeRoot()) {
            case CHAR, VARCHAR -> StringData.fromString(text);
            case VARBINARY -> HexFormat.of().parseHex(text.substring(2));
            case BOOLEAN -> Boolean.valueOf(text);
            case SMALLINT -> Short.valueOf(text);
            case INTEGER -> Integer.valueOf(text);
            case BIGINT -> Long.valueOf(text);
            case FLOAT -> Float.valueOf(text);
            case DOUBLE -> Double.valueOf(text);
            case DATE -> (int) LocalDate.parse(text).toEpochDay();
            case TIME_WITHOUT_TIME_ZONE -> (int) (LocalTime.parse(text).toNanoOfDay() / 1_000_000);
            case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp();
            case DECIMAL -> decimal((DecimalType) type);
            default -> throw new IllegalArgumentException("no value of type " + type);
        };
    }

    private TimestampData timestamp() {
        return TimestampData.fromLocalDateTime(
                LocalDateTime.parse(text.replace("+00", "").replace(' ', 'T')));
    }

    private DecimalData decimal(DecimalType decimal) {
        return DecimalData.fromBigDecimal(new BigDecimal(text), decimal.getPrecision(), decimal.getScale());
    }

    @Override
    public String toString() {
        return name + " " + text;
    }
}
