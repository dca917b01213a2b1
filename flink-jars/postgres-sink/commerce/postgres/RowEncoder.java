package commerce.postgres;

import java.util.Arrays;
import java.util.Objects;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** A row as Postgres's types receive it: https://www.postgresql.org/docs/15/sql-copy.html, each type's `_recv`. */
final class RowEncoder {
    /** Postgres counts from 2000-01-01. */
    private static final int EPOCH_DAYS = 10_957;
    private static final long EPOCH_MILLIS = EPOCH_DAYS * 86_400_000L;

    /** Writes a field that is not null, its length first. */
    private interface Field {
        void write(RowData row, int index, CopyBuffer out);
    }

    private final Field[] fields;
    private final RowData.FieldGetter[] key;

    /** @param key places of the columns of the primary key */
    RowEncoder(RowType row, int[] key) {
        fields = row.getChildren().stream().map(RowEncoder::fieldOf).toArray(Field[]::new);
        this.key = Arrays.stream(key)
                .mapToObj(index -> RowData.createFieldGetter(row.getTypeAt(index), index))
                .toArray(RowData.FieldGetter[]::new);
    }

    int keyHash(RowData row) {
        int hash = 1;
        for (RowData.FieldGetter field : key) {
            Object value = field.getFieldOrNull(row);
            hash = 31 * hash + (value instanceof byte[] bytes ? Arrays.hashCode(bytes) : Objects.hashCode(value));
        }
        return hash;
    }

    void write(RowData row, CopyBuffer out, int place) {
        out.beginRow(fields.length);
        for (int index = 0; index < fields.length; index++)
            if (row.isNullAt(index)) out.putNull();
            else fields[index].write(row, index, out);
        out.endRow(row.getRowKind(), place);
    }

    private static Field fieldOf(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case CHAR, VARCHAR -> (row, i, out) -> out.putBytes(row.getString(i).toBytes());
            case BINARY, VARBINARY -> (row, i, out) -> out.putBytes(row.getBinary(i));
            case BOOLEAN -> (row, i, out) -> out.putBoolean(row.getBoolean(i));
            case SMALLINT -> (row, i, out) -> out.putShort(row.getShort(i));
            case INTEGER -> (row, i, out) -> out.putInt(row.getInt(i));
            case BIGINT -> (row, i, out) -> out.putLong(row.getLong(i));
            case FLOAT -> (row, i, out) -> out.putInt(Float.floatToIntBits(row.getFloat(i)));
            case DOUBLE -> (row, i, out) -> out.putLong(Double.doubleToLongBits(row.getDouble(i)));
            case DATE -> (row, i, out) -> out.putInt(row.getInt(i) - EPOCH_DAYS);
            case TIME_WITHOUT_TIME_ZONE -> (row, i, out) -> out.putLong(row.getInt(i) * 1_000L);
            case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp(type);
            case DECIMAL -> decimal((DecimalType) type);
            default -> throw new IllegalArgumentException(type.asSummaryString());
        };
    }

    private static Field timestamp(LogicalType type) {
        int precision = LogicalTypeChecks.getPrecision(type);
        return (row, i, out) -> {
            TimestampData time = row.getTimestamp(i, precision);
            out.putLong((time.getMillisecond() - EPOCH_MILLIS) * 1_000 + time.getNanoOfMillisecond() / 1_000);
        };
    }

    private static Field decimal(DecimalType type) {
        int precision = type.getPrecision();
        int scale = type.getScale();
        return (row, i, out) -> {
            DecimalData value = row.getDecimal(i, precision, scale);
            if (value.isCompact()) Numeric.put(value.toUnscaledLong(), scale, out);
            else Numeric.put(value.toBigDecimal().setScale(scale), out);
        };
    }
}
