package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class CopyBufferTest {
    /** Two rows, with a NULL before the last field of the second one. */
    private static CopyBuffer rows() {
        CopyBuffer rows = new CopyBuffer();
        rows.beginRow(3);
        rows.putInt(1);
        rows.putBytes(new byte[] {7, 8, 9});
        rows.putLong(2);
        rows.endRow(RowKind.INSERT, 0);
        rows.beginRow(3);
        rows.putInt(3);
        rows.putNull();
        rows.putLong(4);
        rows.endRow(RowKind.INSERT, 1);
        return rows;
    }

    private static byte[] bytes(CopyBuffer rows) {
        return Arrays.copyOf(rows.bytes(), rows.size());
    }

    @Test
    void givesTheChosenFieldsInTheChosenOrder() {
        CopyBuffer keys = new CopyBuffer();
        for (int row = 0; row < 2; row++) {
            keys.beginRow(2);
            keys.putLong(2 + 2 * row);
            keys.putInt(1 + 2 * row);
            keys.endRow(RowKind.INSERT, row);
        }
        assertArrayEquals(bytes(keys), rows().fields(new int[] {2, 0}));
    }

    @Test
    void givesAllFieldsOfItsRowsOnly() {
        CopyBuffer rows = rows();
        assertArrayEquals(bytes(rows), rows.fields(new int[] {0, 1, 2}));
        rows.clear();
        assertArrayEquals(new byte[0], rows.fields(new int[] {0}));
    }

    private static void add(CopyBuffer rows, RowKind kind, int key, int value, int place) {
        rows.beginRow(2);
        rows.putInt(value);
        rows.putInt(key);
        rows.endRow(kind, place);
    }

    /** As {@link #add}, with the fields of the stage. */
    private static void addStaged(CopyBuffer rows, int key, int value, int place, boolean isDeleted) {
        rows.beginRow(4);
        rows.putInt(value);
        rows.putInt(key);
        rows.putInt(place);
        rows.putBoolean(isDeleted);
        rows.endRow(RowKind.INSERT, place);
    }

    @Test
    void stagesTheLastRowOfEachKey() {
        CopyBuffer rows = new CopyBuffer();
        add(rows, RowKind.INSERT, 1, 10, 0);
        add(rows, RowKind.INSERT, 2, 20, 2);
        add(rows, RowKind.UPDATE_AFTER, 1, 11, 3);
        add(rows, RowKind.INSERT, 3, 10, 5);
        add(rows, RowKind.DELETE, 2, 20, 7);

        CopyBuffer staged = new CopyBuffer();
        addStaged(staged, 1, 11, 3, false);
        addStaged(staged, 3, 10, 5, false);
        addStaged(staged, 2, 20, 7, true);
        assertArrayEquals(bytes(staged), bytes(rows.staged(new int[] {1})));
    }
}
