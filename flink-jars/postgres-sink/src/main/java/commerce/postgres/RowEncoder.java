package commerce.postgres;

import java.util.Arrays;
import java.util.Objects;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Encodes rows of one type, and hashes their keys. */
final class RowEncoder {
    private final PostgresType.Field[] fields;
    private final RowData.FieldGetter[] key;

    /** @param key positions of the primary key's columns */
    RowEncoder(RowType row, int[] key) {
        fields = row.getChildren().stream()
                .map(type -> PostgresType.of(type).field())
                .toArray(PostgresType.Field[]::new);
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
}
