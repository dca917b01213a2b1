package commerce.postgres;

import java.util.LinkedHashMap;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Postgres's counterpart of a Flink type: its name, and values in the binary form that it receives
 * (https://www.postgresql.org/docs/15/sql-copy.html, each type's `_recv`).
 */
record PostgresType(String name, Field field) {
    /** Postgres counts from 2000-01-01. */
    private static final int EPOCH_DAYS = 10_957;

    private static final long EPOCH_MILLIS = EPOCH_DAYS * 86_400_000L;

    /** Writes a field that is not null, its length first. */
    interface Field {
        void write(RowData row, int index, CopyBuffer out);
    }

    /** @return null if there is none */
    static PostgresType of(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case CHAR -> text("bpchar");
            case VARCHAR -> text(((VarCharType) type).getLength() == VarCharType.MAX_LENGTH ? "text" : "varchar");
            case BINARY, VARBINARY -> new PostgresType("bytea", (row, i, out) -> out.putBytes(row.getBinary(i)));
            case BOOLEAN -> new PostgresType("boolean", (row, i, out) -> out.putBoolean(row.getBoolean(i)));
            case SMALLINT -> new PostgresType("smallint", (row, i, out) -> out.putShort(row.getShort(i)));
            case INTEGER -> new PostgresType("integer", (row, i, out) -> out.putInt(row.getInt(i)));
            case BIGINT -> new PostgresType("bigint", (row, i, out) -> out.putLong(row.getLong(i)));
            case FLOAT -> new PostgresType("real", (row, i, out) -> out.putInt(Float.floatToIntBits(row.getFloat(i))));
            case DOUBLE ->
                new PostgresType(
                        "double precision", (row, i, out) -> out.putLong(Double.doubleToLongBits(row.getDouble(i))));
            case DATE -> new PostgresType("date", (row, i, out) -> out.putInt(row.getInt(i) - EPOCH_DAYS));
            case TIME_WITHOUT_TIME_ZONE ->
                new PostgresType("time", (row, i, out) -> out.putLong(row.getInt(i) * 1_000L));
            case TIMESTAMP_WITHOUT_TIME_ZONE -> timestamp("timestamp", type);
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp("timestamptz", type);
            case DECIMAL -> numeric((DecimalType) type);
            default -> null;
        };
    }

    /** The types of a row's columns, all of which have one. */
    static LinkedHashMap<String, String> namesOf(RowType row) {
        LinkedHashMap<String, String> names = new LinkedHashMap<>();
        for (RowType.RowField field : row.getFields())
            names.put(field.getName(), of(field.getType()).name());
        return names;
    }

    private static PostgresType text(String name) {
        return new PostgresType(
                name, (row, i, out) -> out.putBytes(row.getString(i).toBytes()));
    }

    private static PostgresType timestamp(String name, LogicalType type) {
        int precision = LogicalTypeChecks.getPrecision(type);
        return new PostgresType(name, (row, i, out) -> {
            TimestampData time = row.getTimestamp(i, precision);
            out.putLong((time.getMillisecond() - EPOCH_MILLIS) * 1_000 + time.getNanoOfMillisecond() / 1_000);
        });
    }

    private static PostgresType numeric(DecimalType type) {
        int precision = type.getPrecision();
        int scale = type.getScale();
        return new PostgresType("numeric(" + precision + ", " + scale + ")", (row, i, out) -> {
            DecimalData value = row.getDecimal(i, precision, scale);
            if (value.isCompact()) Numeric.put(value.toUnscaledLong(), scale, out);
            else Numeric.put(value.toBigDecimal().setScale(scale), out);
        });
    }
}
