package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecentKeysTest {
    private final RecentKeys keys = new RecentKeys();

    @Test
    void knowsAKeyFromThenOn() {
        assertFalse(keys.isKnown(7));
        assertTrue(keys.isKnown(7));
        keys.nextBatch();
        assertTrue(keys.isKnown(7));
        assertFalse(keys.isKnown(8));
    }

    @Test
    void forgetsTheOldestKeyWhenManyFollow() {
        keys.isKnown(7);
        for (int i = 0; i < 1_000_000; i++) {
            if (i % 5_000 == 0) keys.nextBatch();
            keys.isKnown(1_000 + i);
        }
        keys.nextBatch();
        assertFalse(keys.isKnown(7));
    }

    @Test
    void callsNoKeyNewThatItHasSeenInTheSameBatch() {
        Random random = new Random(4);
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 1_000_000; i++) {
            if (i % 300_000 == 0) {
                keys.nextBatch();
                seen.clear();
            }
            int key = random.nextInt(400_000);
            boolean isNew = seen.add(key);
            if (!keys.isKnown(key)) assertTrue(isNew, "a key of this batch was forgotten");
        }
    }
}
