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
}
