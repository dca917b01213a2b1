package commerce.postgres;

import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** Rows to be written: first those whose keys may be new, then those that change rows, or whose keys were written recently. */
final class Batch {
    final CopyBuffer fresh = new CopyBuffer();
    final CopyBuffer known = new CopyBuffer();

    void add(RowData row, RowEncoder encoder, RecentKeys recent) {
        boolean isKnown = recent.isKnown(encoder.keyHash(row));
        encoder.write(row, isKnown || row.getRowKind() != RowKind.INSERT ? known : fresh, rows());
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

    void clear() {
        fresh.clear();
        known.clear();
    }
}
