package commerce.postgres;

import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** Rows to be written: those whose keys may be new, and those whose keys were written recently. */
final class Batch {
    final CopyBuffer fresh = new CopyBuffer();
    final CopyBuffer known = new CopyBuffer();
    private boolean insertsOnly = true;

    void add(RowData row, RowEncoder encoder, RecentKeys recent) {
        boolean isKnown = recent != null && recent.isKnown(encoder.keyHash(row));
        encoder.write(row, isKnown ? known : fresh, rows());
        if (row.getRowKind() != RowKind.INSERT) insertsOnly = false;
    }

    int rows() {
        return fresh.rows() + known.rows();
    }

    int size() {
        return fresh.size() + known.size();
    }

    boolean deletes() {
        return fresh.deletes() || known.deletes();
    }

    /** Whether Flink declares every row as an insert, and none as an update or a deletion. */
    boolean insertsOnly() {
        return insertsOnly;
    }

    void clear() {
        fresh.clear();
        known.clear();
        insertsOnly = true;
    }
}
