package commerce.postgres;

/**
 * Which keys were written lately, by their hashes and with a fixed amount of memory: each hash has four places to be at,
 * and the one written longest ago makes room. It may call a key known that is not, which costs a little. But one that it
 * has called known stays so for the rest of the batch: of two rows of one key the later is never new if the earlier was
 * not.
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
