package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class RowEncoderTest {
    private static final RowType ROW =
            RowType.of(new VarCharType(VarCharType.MAX_LENGTH), (LogicalType) new BigIntType());

    private final RowEncoder encoder = new RowEncoder(ROW, new int[] {0});
    private final CopyBuffer out = new CopyBuffer();

    private static GenericRowData row(RowKind kind, String key, Long value) {
        return GenericRowData.ofKind(kind, StringData.fromString(key), value);
    }

    private static byte[] written(CopyBuffer buffer) {
        return Arrays.copyOf(buffer.bytes(), buffer.size());
    }

    @Test
    void writesTheNumberOfFieldsThenEachWithItsLength() {
        encoder.write(row(RowKind.INSERT, "ab", 7L), out, 0);
        ByteBuffer expected = ByteBuffer.allocate(2 + 4 + 2 + 4 + 8);
        expected.putShort((short) 2)
                .putInt(2)
                .put(new byte[] {'a', 'b'})
                .putInt(8)
                .putLong(7);
        assertArrayEquals(expected.array(), written(out));
    }

    @Test
    void writesNullAsALengthOfMinusOne() {
        encoder.write(row(RowKind.INSERT, "", null), out, 0);
        assertArrayEquals(
                ByteBuffer.allocate(10).putShort((short) 2).putInt(0).putInt(-1).array(), written(out));
    }

    @Test
    void stagesEachRowWithItsPlaceAndWhetherItIsADeletion() {
        encoder.write(row(RowKind.INSERT, "a", null), out, 0);
        encoder.write(row(RowKind.UPDATE_AFTER, "b", null), out, 2);
        encoder.write(row(RowKind.DELETE, "c", null), out, 3);
        encoder.write(row(RowKind.UPDATE_BEFORE, "d", null), out, 5);

        ByteBuffer expected = ByteBuffer.allocate(4 * (2 + 4 + 1 + 4 + 4 + 4 + 4 + 1));
        int[] places = {0, 2, 3, 5};
        for (int i = 0; i < 4; i++) {
            expected.putShort((short) 4)
                    .putInt(1)
                    .put((byte) ("abcd".charAt(i)))
                    .putInt(-1);
            expected.putInt(4).putInt(places[i]).putInt(1).put((byte) (i < 2 ? 0 : 1));
        }
        assertArrayEquals(expected.array(), written(out.staged(new int[] {0})));
        assertEquals(4, out.rows());
        assertEquals(true, out.deletes());
    }

    @Test
    void keepsEveryRowOfALargeBatch() {
        int rows = 5_000;
        for (int i = 0; i < rows; i++) encoder.write(row(RowKind.INSERT, "key", (long) i), out, i);
        ByteBuffer bytes = ByteBuffer.wrap(written(out));
        for (int i = 0; i < rows; i++) {
            bytes.position(bytes.position() + 2 + 4 + 3 + 4);
            assertEquals(i, bytes.getLong());
        }
        assertEquals(0, bytes.remaining());
    }

    @Test
    void clearsABatchForTheNextOne() {
        Batch batch = new Batch();
        batch.add(row(RowKind.DELETE, "a", 1L), encoder, new RecentKeys());
        assertEquals(true, batch.deletes());
        batch.clear();
        batch.add(row(RowKind.INSERT, "a", 1L), encoder, new RecentKeys());
        assertEquals(1, batch.rows());
        assertEquals(false, batch.deletes());
    }

    @Test
    void separatesNewKeysFromThoseThatChangeARowOrCameBefore() {
        Batch batch = new Batch();
        RecentKeys recent = new RecentKeys();
        batch.add(row(RowKind.INSERT, "new", 1L), encoder, recent);
        batch.add(row(RowKind.UPDATE_AFTER, "old", 2L), encoder, recent);
        batch.add(row(RowKind.UPDATE_AFTER, "new", 3L), encoder, recent);
        batch.add(row(RowKind.DELETE, "gone", 4L), encoder, recent);
        batch.add(row(RowKind.INSERT, "gone", 5L), encoder, recent);
        batch.add(row(RowKind.INSERT, "new too", 6L), encoder, recent);
        assertEquals(2, batch.fresh.rows());
        assertEquals(4, batch.known.rows());
    }

    @Test
    void hashesTheKeyAlone() {
        int hash = encoder.keyHash(row(RowKind.INSERT, "a", 1L));
        assertEquals(hash, encoder.keyHash(row(RowKind.DELETE, "a", null)));
        assertNotEquals(hash, encoder.keyHash(row(RowKind.INSERT, "b", 1L)));

        RowEncoder bytes = new RowEncoder(RowType.of(new VarBinaryType(VarBinaryType.MAX_LENGTH)), new int[] {0});
        assertEquals(
                bytes.keyHash(GenericRowData.of((Object) new byte[] {1, 2})),
                bytes.keyHash(GenericRowData.of((Object) new byte[] {1, 2})));
    }
}
