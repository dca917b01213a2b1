package commerce.postgres;

/**
 * Remembers recently written keys by their hashes, in a fixed amount of memory: a hash has four possible places, and
 * evicts the one that was written longest ago. A new key may be reported as known, which costs a little time. But no key
 * is evicted in the batch that wrote it: of two rows with one key in a batch, the second is always known.
 */
final class RecentKeys {
    private static final int WAYS = 4;
    private static final int SETS = 1 << 15;

    private final int[] hashes = new int[SETS * WAYS];
    /** In which batch each was last seen. */
    private final int[] batches = new int[SETS * WAYS];

    private int batch = 1;

    void nextBatch() {
        batch++;
    }

    boolean isKnown(int hash) {
        int first = ((hash ^ hash >>> 16) & (SETS - 1)) * WAYS;
        int oldest = first;
        for (int place = first; place < first + WAYS; place++) {
            if (hashes[place] == hash) {
                batches[place] = batch;
                return true;
            }
            if (batches[place] < batches[oldest]) oldest = place;
        }
        if (batches[oldest] == batch) return true;
        hashes[oldest] = hash;
        batches[oldest] = batch;
        return false;
    }
}
