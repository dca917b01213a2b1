package commerce.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.types.RowKind;

/** Rows in the binary format of Postgres's COPY. */
final class CopyBuffer {
    private static final int INITIAL_BYTES = 8_192;
    /** Size of the fields `stage_place` and `stage_deleted`, each with its length. */
    private static final int STAGE_BYTES = 4 + 4 + 4 + 1;

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;
    private int[] ends = new int[64];
    private int[] places = new int[64];
    private int rows;
    private final BitSet deletions = new BitSet();

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.BIG_ENDIAN);
    }

    int rows() {
        return rows;
    }

    int size() {
        return size;
    }

    byte[] bytes() {
        return bytes;
    }

    boolean deletes() {
        return !deletions.isEmpty();
    }

    void clear() {
        size = 0;
        rows = 0;
        deletions.clear();
    }

    void beginRow(int fields) {
        putRawShort(fields);
    }

    /** @param place of the row in its batch, which may hold more rows than this buffer */
    void endRow(RowKind kind, int place) {
        // A filter after an aggregation retracts a row by UPDATE_BEFORE alone, without an UPDATE_AFTER.
        if (kind == RowKind.DELETE || kind == RowKind.UPDATE_BEFORE) deletions.set(rows);
        if (rows == ends.length) {
            ends = Arrays.copyOf(ends, 2 * rows);
            places = Arrays.copyOf(places, 2 * rows);
        }
        places[rows] = place;
        ends[rows++] = size;
    }

    /**
     * The last row of each key, with its place in the batch and whether it is a deletion. A key that is sent in different
     * bytes, although Postgres takes them for equal, has a row for each.
     *
     * @param key positions of the key's fields
     */
    CopyBuffer staged(int[] key) {
        CopyBuffer keys = chosen(key);
        Set<ByteBuffer> seen = new HashSet<>();
        BitSet last = new BitSet();
        for (int row = rows - 1; row >= 0; row--) if (seen.add(keys.row(row))) last.set(row);

        CopyBuffer staged = new CopyBuffer();
        staged.bytes = new byte[size + rows * STAGE_BYTES];
        for (int row = last.nextSetBit(0); row >= 0; row = last.nextSetBit(row + 1)) {
            int from = start(row);
            staged.putRawShort((short) SHORTS.get(bytes, from) + 2);
            staged.putRaw(bytes, from + 2, ends[row]);
            staged.putInt(places[row]);
            staged.putBoolean(deletions.get(row));
        }
        return staged;
    }

    /** The fields at these positions of each row, as rows in the same format. */
    byte[] fields(int[] positions) {
        CopyBuffer chosen = chosen(positions);
        return Arrays.copyOf(chosen.bytes, chosen.size);
    }

    private CopyBuffer chosen(int[] positions) {
        CopyBuffer chosen = new CopyBuffer();
        int[] starts = new int[1 + Arrays.stream(positions).max().orElse(0) + 1];
        for (int row = 0; row < rows; row++) {
            starts[0] = start(row) + 2;
            for (int field = 1; field < starts.length; field++)
                starts[field] = starts[field - 1] + 4 + Math.max(0, (int) INTS.get(bytes, starts[field - 1]));
            chosen.beginRow(positions.length);
            for (int position : positions) chosen.putRaw(bytes, starts[position], starts[position + 1]);
            chosen.endRow(RowKind.INSERT, places[row]);
        }
        return chosen;
    }

    private int start(int row) {
        return row == 0 ? 0 : ends[row - 1];
    }

    private ByteBuffer row(int row) {
        return ByteBuffer.wrap(bytes, start(row), ends[row] - start(row));
    }

    void putNull() {
        putLength(-1);
    }

    void putBytes(byte[] value) {
        putLength(value.length);
        putRaw(value, 0, value.length);
    }

    void putBoolean(boolean value) {
        putLength(1);
        reserve(1);
        bytes[size++] = (byte) (value ? 1 : 0);
    }

    void putShort(short value) {
        putLength(2);
        putRawShort(value);
    }

    void putInt(int value) {
        putLength(4);
        putLength(value);
    }

    void putLong(long value) {
        putLength(8);
        reserve(8);
        LONGS.set(bytes, size, value);
        size += 8;
    }

    /** Writes the length of the next field, in bytes. */
    void putLength(int length) {
        reserve(4);
        INTS.set(bytes, size, length);
        size += 4;
    }

    void putRawShort(int value) {
        reserve(2);
        SHORTS.set(bytes, size, (short) value);
        size += 2;
    }

    private void putRaw(byte[] from, int start, int end) {
        reserve(end - start);
        System.arraycopy(from, start, bytes, size, end - start);
        size += end - start;
    }

    private void reserve(int more) {
        if (size + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
}
