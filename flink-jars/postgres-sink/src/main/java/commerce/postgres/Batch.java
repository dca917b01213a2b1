package commerce.postgres;

import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** Rows on their way: those that are new as far as anybody knows, and those whose keys were written before. */
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

    /** Whether Flink says of no row that it takes the place of another. */
    boolean insertsOnly() {
        return insertsOnly;
    }

    void clear() {
        fresh.clear();
        known.clear();
        insertsOnly = true;
    }
}
